// Profiles for a folder and for Pyroscope: what is pushed is read again by a receiver that checks it, and waits in the folder
// while the receiver is away.
import { mkdtempSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { afterEach, expect, test } from 'vitest';
import { toCpuPprof } from '../../src/report/pprof.ts';
import type { Delivery } from '../../src/watch/tell/outbox.ts';
import type { PushRequest } from '../../src/watch/tell/profiles/pyroscope.ts';
import { createProfileSpool, MOST_PUSHES_QUEUED } from '../../src/watch/tell/profiles/spool.ts';
import { buildCpuProfile } from '../support/build-profile.ts';

const NOON = Date.parse('2027-01-31T12:00:00Z');
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Pushed {
  request: PushRequest;
  profile: Profile;
  tenant: unknown;
}

/** Takes what Pyroscope's documentation says, and nothing else. */
async function startPyroscope() {
  const pushed: Pushed[] = [];
  const wrong: string[] = [];
  const state = { status: 200 };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    if (state.status === 200) {
      if (request.url !== '/push.v1.PusherService/Push' || request.method !== 'POST')
        wrong.push(request.url!);
      if (request.headers['content-type'] !== 'application/json') wrong.push('it is no JSON');
      const body = JSON.parse(text) as PushRequest;
      for (const { labels, samples } of body.series) {
        const names = labels.map(({ name }) => name);
        if (!names.includes('__name__') || !names.includes('service_name')) wrong.push(`labels ${names}`);
        if (names.some((name) => !/^[a-zA-Z_]\w*$/.test(name))) wrong.push(`labels ${names}`);
        for (const { ID, rawProfile } of samples) {
          if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(ID))
            wrong.push(`ID ${ID}`);
          const profile = Profile.decode(gunzipSync(Buffer.from(rawProfile, 'base64')));
          pushed.push({ request: body, profile, tenant: request.headers['x-scope-orgid'] });
        }
      }
    }
    response.writeHead(state.status, { 'content-type': 'application/json' }).end('{}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/push.v1.PusherService/Push`;
  return { url, pushed, wrong, state };
}

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
    spool.channel?.pump();
    await spool.channel?.flush();
  };
  return { folder, spool, make, pass, news };
}

const profile = () =>
  toCpuPprof([buildCpuProfile([['main@/app/a.js:1', 50]])], { title: 'shop', startedAtMillis: NOON });

test('a profile is kept in the folder and pushed with the labels that say whose it is', async () => {
  const pyroscope = await startPyroscope();
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
  const pyroscope = await startPyroscope();
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

test('a look that left no profile is nothing to push', async () => {
  const { spool, pass } = spooling('http://127.0.0.1:1/push');
  spool.made({ file: spool.nextFile('shop')!, target: 'shop', source: 'diagnosis' });
  await pass(1_000);
  expect(spool.channel!.state).toMatchObject({ queue: [], sent: 0, lost: 0, problem: null });
});
