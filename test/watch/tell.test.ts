// What others are told: alerts as Alertmanager takes them, a queue that loses nothing up to its bound, and a page for Prometheus.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { MOST_QUEUED, nextBatch, queued } from '../../src/watch/tell/alert-queue.ts';
import { firing, type OpenAlert, type PostableAlert, resolved } from '../../src/watch/tell/alerts.ts';
import { serveMetrics } from '../../src/watch/tell/metrics-server.ts';
import { type Family, MOST_SERIES, renderMetrics } from '../../src/watch/tell/metrics-text.ts';
import { appended, emptyOutbox, type OutboxState as State, tried } from '../../src/watch/tell/outbox.ts';
import { post } from '../../src/watch/tell/post.ts';

const NOON = Date.parse('2027-01-31T12:00:00Z');
const ALERT: OpenAlert = {
  rule: 'memory',
  metric: 'memory.share',
  target: 'shop',
  host: 'web-1',
  pid: 42,
  level: 'warn',
  why: '85% of the memory limit is used',
  findings: ['Map `sessions` grows'],
  evidence: '/srv/evidence/1',
  startsAtMillis: NOON,
};

describe('an alert', () => {
  test('says who, what, since when, until when without another word, and where the evidence is', () => {
    expect(firing(ALERT, NOON + 60_000)).toEqual({
      labels: {
        alertname: 'Culprit',
        rule: 'memory',
        metric: 'memory.share',
        target: 'shop',
        instance: 'web-1',
        severity: 'warning',
      },
      annotations: {
        summary: 'shop: Map `sessions` grows',
        description: '85% of the memory limit is used\nMap `sessions` grows',
        pid: '42',
        evidence: '/srv/evidence/1',
      },
      startsAt: '2027-01-31T12:00:00.000Z',
      endsAt: '2027-01-31T12:04:00.000Z',
    });
  });

  test('that is over has the same labels and ends now', () => {
    const over = resolved(ALERT, 'the process ended', NOON + 60_000);
    expect(over.labels).toEqual(firing(ALERT, NOON).labels);
    expect(over.endsAt).toBe('2027-01-31T12:01:00.000Z');
    expect(over.annotations.resolved).toBe('the process ended');
  });

  test('never begins in the future, whatever the clock did, and holds no control characters', () => {
    const odd = firing({ ...ALERT, target: 'a\u001b[31m\nb' }, NOON - 86_400_000);
    expect(odd.startsAt).toBe('2027-01-30T12:00:00.000Z');
    expect(odd.labels.target).toBe('a\\x1b[31m\\nb');
  });
});

type OutboxState = State<PostableAlert>;
const EMPTY_OUTBOX = emptyOutbox<PostableAlert>();

describe('the queue', () => {
  const about = (target: string, wallMillis = NOON) => firing({ ...ALERT, target }, wallMillis);
  const put = (state: OutboxState, ...targets: string[]) =>
    targets.reduce((before, target) => queued(before, about(target), NOON), state);

  test('repeats take the place of what said the same; an end is never replaced', () => {
    const twice = queued(put(EMPTY_OUTBOX, 'a'), about('a', NOON + 1_000), NOON + 1_000);
    expect(twice.queue).toEqual([about('a', NOON + 1_000)]);
    const end = resolved({ ...ALERT, target: 'a' }, 'over', NOON + 2_000);
    const ended = queued(twice, end, NOON + 2_000);
    const anew = queued(ended, about('a', NOON + 3_000), NOON + 3_000);
    expect(anew.queue.map(({ endsAt }) => endsAt.slice(14, 19))).toEqual(['03:01', '00:02', '03:03']);
    // One request would leave it to the receiver which of them comes last.
    expect(nextBatch(anew, 0)).toHaveLength(1);
  });

  test('waits longer after each failure, and loses nothing up to its bound', () => {
    let state = put(EMPTY_OUTBOX, 'a');
    const waits: number[] = [];
    for (let failure = 0; failure < 9; failure++) {
      const batch = nextBatch(state, state.nextMillis);
      const atMillis = state.nextMillis;
      state = tried(state, batch, { delivery: { is: 'failed', reason: 'it answered 500' }, atMillis });
      expect(nextBatch(state, state.nextMillis - 1)).toEqual([]);
      waits.push(state.nextMillis - atMillis);
    }
    expect(waits.map((millis) => millis / 1_000)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    const done = tried(state, state.queue, { delivery: { is: 'delivered' }, atMillis: 1e6 });
    expect(done).toEqual({ queue: [], lost: 0, sent: 1, failures: 0, nextMillis: 1e6, problem: null });
  });

  test('beyond its bound the oldest goes and is counted', () => {
    const full = put(EMPTY_OUTBOX, ...Array.from({ length: MOST_QUEUED + 7 }, (_, i) => `t${i}`));
    expect(full.queue).toHaveLength(MOST_QUEUED);
    expect(full.lost).toBe(7);
    expect(full.queue[0]!.labels.target).toBe('t7');
  });

  test('is bounded in bytes as well, and an item beyond all of them is lost itself', () => {
    const bound = { items: 10, bytes: 10, sizeOf: (text: string) => text.length };
    const put = (texts: string[]) =>
      texts.reduce((state, text) => appended(state, text, bound), emptyOutbox<string>());
    expect(put(['aaaa', 'bbbb', 'cccc'])).toMatchObject({ queue: ['bbbb', 'cccc'], lost: 1 });
    expect(put(['aaaa', 'x'.repeat(11)])).toMatchObject({ queue: [], lost: 2 });
  });

  test('waits as long as the receiver asks for, within reason', () => {
    const state = put(EMPTY_OUTBOX, 'a');
    const waitFor = (retryAfterMillis: number) =>
      tried(state, state.queue, {
        delivery: { is: 'failed', reason: 'it answered 429', retryAfterMillis },
        atMillis: 0,
      }).nextMillis;
    expect([waitFor(0), waitFor(30_000), waitFor(1e9)]).toEqual([1_000, 30_000, 600_000]);
  });

  test('what is refused is lost and counted, and what came meanwhile stays', () => {
    const state = put(EMPTY_OUTBOX, 'a', 'b');
    const batch = nextBatch(state, 0);
    const more = put(state, 'c');
    const result = tried(more, batch, {
      delivery: { is: 'refused', reason: 'it answered 400' },
      atMillis: 5,
    });
    expect(result.queue).toEqual([about('c')]);
    expect(result).toMatchObject({ lost: 2, sent: 0, problem: 'it answered 400' });
  });
});

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
});
async function receiver(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2/alerts`;
}

describe('a webhook', () => {
  test.each([
    [200, { is: 'delivered' }],
    [500, { is: 'failed', reason: 'it answered 500' }],
    [429, { is: 'failed', reason: 'it answered 429' }],
    [400, { is: 'refused', reason: 'it answered 400' }],
  ])('that answers %i', async (status, delivery) => {
    const url = await receiver((_request, response) => response.writeHead(status).end('x'.repeat(100_000)));
    expect(await post({ url }, JSON.stringify([firing(ALERT, NOON)]))).toEqual(delivery);
  });

  test('that redirects elsewhere is not followed', async () => {
    let reached = 0;
    const elsewhere = await receiver((_request, response) => {
      reached += 1;
      response.end();
    });
    const url = await receiver((_request, response) =>
      response.writeHead(307, { location: elsewhere }).end(),
    );
    expect(await post({ url }, JSON.stringify([firing(ALERT, NOON)]))).toEqual({
      is: 'refused',
      reason: 'it answered with a redirect (307), which is not followed',
    });
    expect(reached).toBe(0);
  });

  test('that hangs is given up, one that hangs up or is not there as well', async () => {
    const hanging = await receiver(() => {});
    expect(await post({ url: hanging }, '[]', { answerMillis: 200 })).toEqual({
      is: 'failed',
      reason: 'it did not answer within 0.2 s',
    });
    const rude = await receiver(({ socket }) => socket.destroy());
    expect(await post({ url: rude }, '[]')).toMatchObject({ is: 'failed' });
    expect(await post({ url: 'http://127.0.0.1:1/' }, '[]')).toMatchObject({ is: 'failed' });
  });

  test('that says when to come back is believed', async () => {
    const url = await receiver((_request, response) => response.writeHead(503, { 'retry-after': '7' }).end());
    expect(await post({ url }, '[]')).toEqual({
      is: 'failed',
      reason: 'it answered 503',
      retryAfterMillis: 7_000,
    });
  });

  test('whose token cannot be read is not asked without one', async () => {
    expect(await post({ url: 'http://127.0.0.1:1/', tokenFile: '/nonexistent' }, '[]')).toMatchObject({
      is: 'failed',
      reason: expect.stringMatching(/^its token could not be read/),
    });
  });
});

describe('the page for Prometheus', () => {
  const family = (series: Family['series']): Family => ({
    name: 'x_ratio',
    help: 'A share.',
    type: 'gauge',
    series,
  });

  test('has HELP and TYPE before the values, and label values that end no line', () => {
    expect(renderMetrics([family([{ labels: { target: 'a"b\\c\nd' }, value: 0.5 }]), family([])])).toBe(
      `# HELP x_ratio A share.
# TYPE x_ratio gauge
x_ratio{target="a\\"b\\\\c\\\\nd"} 0.5
# HELP culprit_watch_series_dropped Series left out of this page because there are too many.
# TYPE culprit_watch_series_dropped gauge
culprit_watch_series_dropped 0
`,
    );
  });

  test('is bounded, says how much it left out, and has no series twice', () => {
    const many = Array.from({ length: MOST_SERIES + 5 }, (_, i) => ({
      labels: { target: `t${i}` },
      value: i,
    }));
    const page = renderMetrics([family(many)]);
    expect(page.match(/^x_ratio/gm)).toHaveLength(MOST_SERIES);
    expect(page).toContain('culprit_watch_series_dropped 5\n');
    const long = ['a', 'b'].map((end) => ({ labels: { target: `${'x'.repeat(500)}${end}` }, value: 1 }));
    expect(renderMetrics([family(long)]).match(/^x_ratio/gm)).toHaveLength(1);
  });

  test('is served on its path, to those who may read it', async () => {
    const server = await serveMetrics({ host: '127.0.0.1', port: 0 }, () => 'x 1\n');
    const ask = async (path: string, init?: RequestInit) =>
      (await fetch(`http://127.0.0.1:${server.port}${path}`, init)).status;
    expect(await ask('/metrics')).toBe(200);
    expect(await ask('/')).toBe(404);
    expect(await ask('/metrics', { method: 'POST' })).toBe(405);
    await expect(serveMetrics({ host: '127.0.0.1', port: server.port }, () => '')).rejects.toThrow(
      /\/metrics cannot listen/,
    );
    server.close();
  });
});
