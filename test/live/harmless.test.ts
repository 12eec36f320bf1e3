// What is never asked of a healthy program: nothing that stops it for longer than a moment.
import { afterAll, expect, test } from 'vitest';
import { capture } from '../../src/capture/capture.ts';
import { attachByAddress } from '../../src/target/attach.ts';
import type { InspectorSession } from '../../src/target/inspector/inspector-session.ts';
import { openInspectorPort } from './support/observe.ts';
import { endAllTargets, startTarget } from './support/target.ts';

afterAll(endAllTargets);

/** Its old generation fills and is collected all the time; what lives stays the same. */
const HEALTHY = `
const ring = new Array(200);
let turn = 0;
setInterval(() => { ring[turn++ % ring.length] = new Array(20_000).fill(turn); }, 2);
require('http').createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1', function () { console.log('READY ' + this.address().port); });
`;

/** V8 stops the program for each of these: to walk the heap, to collect all garbage at once, or to go through all texts. */
const STOPPING = [
  'Runtime.queryObjects',
  'HeapProfiler.getSamplingProfile',
  'HeapProfiler.stopSampling',
  'HeapProfiler.startSampling',
  'HeapProfiler.collectGarbage',
  'HeapProfiler.takeHeapSnapshot',
  'Debugger.enable',
];

function noted(session: InspectorSession, sent: string[]): InspectorSession {
  return {
    send(method, params, timeoutMillis) {
      sent.push(method);
      return session.send(method, params, timeoutMillis);
    },
    on: (method, listener) => session.on(method, listener),
    closed: session.closed,
    get isClosed() {
      return session.isClosed;
    },
    close: () => session.close(),
  };
}

test('of a healthy program with collections of its own none is forced, and its heap is not walked', async () => {
  const target = await startTarget({ code: HEALTHY, nodeArgs: ['--inspect=127.0.0.1:0'] });
  const port = await openInspectorPort(target.pid, target.port);
  const attachment = await attachByAddress('127.0.0.1', port!);
  const sent: string[] = [];
  const lines: string[] = [];
  const outcome = await capture(
    { ...attachment, session: noted(attachment.session, sent) },
    target.pid,
    {
      line: (line) => void lines.push(line.type === 'runtime' && line.afterGc ? 'collected' : line.type),
      file: () => {},
      scripts: () => {},
      stream: () => {
        throw new Error('nothing is streamed');
      },
    },
    {
      durationMillis: 22_000,
      intervalMillis: 1_000,
      maxPauseMillis: 100,
      budgetShare: 0.01,
      snapshot: 'auto',
      signal: new AbortController().signal,
    },
  );
  await attachment.detach();
  await target.end();
  expect(sent.filter((method) => STOPPING.includes(method))).toEqual([]);
  expect(outcome.ended).toBe('complete');
  // And yet what the heap holds after a collection was seen.
  expect(lines.filter((type) => type === 'collected').length).toBeGreaterThanOrEqual(3);
  expect(outcome.ownSteps?.map(({ step }) => step)).not.toContain('read heap profile');
}, 60_000);
