// Profiles for a folder and for Pyroscope: what is pushed is read again by a receiver that checks it, and waits in the folder
// while the receiver is away.
import { mkdtempSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { toCpuPprof } from '../../src/report/pprof.ts';
import type { Delivery } from '../../src/watch/tell/outbox.ts';
import { createProfileSpool, MOST_PUSHES_QUEUED } from '../../src/watch/tell/profiles/spool.ts';
import { buildCpuProfile } from '../support/build-profile.ts';
import { type Pushed, startPyroscope } from '../support/pyroscope-receiver.ts';

const NOON = Date.parse('2027-01-31T12:00:00Z');
const servers: Server[] = [];
async function startReceiver() {
  const pyroscope = await startPyroscope();
  servers.push(pyroscope.server);
  return pyroscope;
}
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function spooling(url: string | null, quotaBytes = 1e9) {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-profiles-'));
  let now = 1_000;
  const news: Delivery[] = [];
  const spool = createProfileSpool({
    config: {
      folder,
      quotaBytes,
      labels: { env: 'prod' },
      pyroscope: url === null ? null : { url, tenant: 'team-a' },
    },
    clock: {
      monotonic: () => now,
      wall: () => NOON + now,
      stamp: () => ({ boot: '', uptimeMillis: 0, wallMillis: 0 }),
    },
    onNews: (delivery) => news.push(delivery),
    onTrouble: (words) => {
      throw new Error(words);
    },
  });
  const make = (content: Uint8Array | string, target = 'shop') => {
    const file = spool.nextFile(target)!;
    writeFileSync(file, content);
    spool.made({ file, target, source: 'light' });
    return file;
  };
  const pass = async (millis: number) => {
    now += millis;
    await spool.channel?.pump();
  };
  return { folder, spool, make, pass, news };
}

const profile = () =>
  toCpuPprof([buildCpuProfile([['main@/app/a.js:1', 50]])], { title: 'shop', startedAtMillis: NOON });

test('a profile is kept in the folder and pushed with the labels that say whose it is', async () => {
  const pyroscope = await startReceiver();
  const { folder, make, pass, spool } = spooling(pyroscope.url);
  make(profile(), 'shop \u001b[31m');
  await pass(1_000);
  expect(pyroscope.wrong).toEqual([]);
  expect(pyroscope.pushed).toHaveLength(1);
  const [{ request, profile: read, tenant }] = pyroscope.pushed as [Pushed];
  expect(request.series[0]!.labels).toEqual([
    { name: '__name__', value: 'process_cpu' },
    { name: 'env', value: 'prod' },
    { name: 'hostname', value: expect.any(String) },
    { name: 'service_name', value: 'shop \\x1b[31m' },
    { name: 'source', value: 'light' },
  ]);
  expect(tenant).toBe('team-a');
  const text = (index: number | bigint) => read.stringTable.strings[Number(index)];
  expect(read.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`)).toEqual([
    'samples/count',
    'cpu/nanoseconds',
  ]);
  expect(read.sample.length).toBeGreaterThan(0);
  expect(Number(read.timeNanos) / 1e6).toBe(NOON);
  expect(readdirSync(folder)).toEqual(['2027-01-31T12-00-01-000Z-1-shop-31m.pb.gz']);
  expect(spool.channel!.state).toMatchObject({ sent: 1, lost: 0 });
});

test('while Pyroscope is away profiles wait in the folder; what the quota removed meanwhile is counted as lost', async () => {
  const pyroscope = await startReceiver();
  pyroscope.state.status = 503;
  const { folder, make, pass, spool, news } = spooling(pyroscope.url);
  for (let i = 0; i < 3; i++) make(profile());
  await pass(1_000);
  await pass(100_000);
  expect(spool.channel!.state).toMatchObject({ sent: 0, lost: 0, problem: 'it answered 503' });
  expect(spool.channel!.state.queue).toHaveLength(3);
  expect(news).toEqual([{ is: 'failed', reason: 'it answered 503' }]);
  writeFileSync(join(folder, 'other.txt'), '');
  const first = readdirSync(folder).find((name) => name.endsWith('.pb.gz'))!;
  unlinkSync(join(folder, first));
  pyroscope.state.status = 200;
  for (let i = 0; i < 4; i++) await pass(100_000);
  expect(spool.channel!.state).toMatchObject({ queue: [], sent: 2, lost: 1 });
  expect(pyroscope.wrong).toEqual([]);
  expect(pyroscope.pushed).toHaveLength(2);
});

test('the queue is bounded, and so is the folder; files of others stay', async () => {
  const { make, spool } = spooling('http://127.0.0.1:1/push');
  for (let i = 0; i < MOST_PUSHES_QUEUED + 3; i++) make('x');
  expect(spool.channel!.state.queue).toHaveLength(MOST_PUSHES_QUEUED);
  expect(spool.channel!.state.lost).toBe(3);
  const small = spooling(null, 25);
  writeFileSync(join(small.folder, 'other.txt'), 'x'.repeat(100));
  for (let i = 0; i < 5; i++) small.make('x'.repeat(10));
  expect(readdirSync(small.folder).filter((name) => name.endsWith('.pb.gz'))).toHaveLength(2);
  expect(readdirSync(small.folder)).toContain('other.txt');
});

test('a capture that left no profile is nothing to push', async () => {
  const { spool, pass } = spooling('http://127.0.0.1:1/push');
  spool.made({ file: spool.nextFile('shop')!, target: 'shop', source: 'diagnosis' });
  await pass(1_000);
  expect(spool.channel!.state).toMatchObject({ queue: [], sent: 0, lost: 0, problem: null });
});
