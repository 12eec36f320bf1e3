// Node's own trace events (the NodeTracing domain of the main thread), passed on as they come: the file opens in Perfetto
// and chrome://tracing.

import { setTimeout as delay } from 'node:timers/promises';
import type { CaptureStream } from '../../signals/sink.ts';
import type { InspectorSession } from '../../target/inspector/inspector-session.ts';

export interface TraceOutcome {
  events: number;
  bytes: number;
  /** The file had reached its largest size: what came after is missing. */
  isCut: boolean;
  /** Why there is no file after all: a full disk. */
  failure?: string;
}

export interface RunningTrace {
  /** Switches tracing off and completes the file. Never throws; the second call gives the same answer. */
  stop(): Promise<TraceOutcome>;
}

export const LARGEST_TRACE_BYTES = 100 * 2 ** 20;
/** Node holds up to 65,536 events of about this size before it sends any. */
export const TRACE_BUFFER_BYTES = 32 * 2 ** 20;

/** `node.async_hooks` is left out: an event for every promise costs a server half of its throughput. */
const CATEGORIES = [
  'node.perf',
  'node.http',
  'node.net.native',
  'node.dns.native',
  'node.fs.sync',
  'node.fs.async',
  'node.threadpoolwork.sync',
  'node.threadpoolwork.async',
  'node.vm.script',
  'node.promises.rejections',
  'node.environment',
  'v8',
];
const STOP_MILLIS = 10_000;
/** The last events come after the message that says that there are none. */
const QUIET_MILLIS = 300;
const LONGEST_WAIT_MILLIS = 5_000;

/**
 * Starts tracing into `out`, at most `maxBytes` of it. Should we be gone, tracing ends with our session. Rejects where
 * there is no tracing; `out` is then untouched.
 */
export async function startTrace(
  session: InspectorSession,
  out: CaptureStream,
  maxBytes = LARGEST_TRACE_BYTES,
): Promise<RunningTrace> {
  const outcome: TraceOutcome = { events: 0, bytes: 0, isCut: false };
  let lastAt = performance.now();
  let markComplete = () => {};
  const complete = new Promise<void>((resolve) => {
    markComplete = resolve;
  });
  const write = (text: string) => {
    outcome.bytes += Buffer.byteLength(text);
    out.write(text);
  };
  const unlisten = session.on('NodeTracing.dataCollected', ({ value }: { value: object[] }) => {
    lastAt = performance.now();
    for (const event of outcome.isCut ? [] : value) {
      const text = JSON.stringify(event);
      if (outcome.bytes + text.length > maxBytes) {
        outcome.isCut = true;
        void session.send('NodeTracing.stop').catch(() => {});
        return;
      }
      write(outcome.events === 0 ? `{"traceEvents":[\n${text}` : `,\n${text}`);
      outcome.events++;
    }
  });
  const unlistenEnd = session.on('NodeTracing.tracingComplete', () => markComplete());
  await session.send('NodeTracing.start', { traceConfig: { includedCategories: CATEGORIES } });

  const finish = async (): Promise<TraceOutcome> => {
    await session.send('NodeTracing.stop', {}, STOP_MILLIS).catch(() => markComplete());
    const from = performance.now();
    if (!session.isClosed) await Promise.race([complete, session.closed, delay(LONGEST_WAIT_MILLIS)]);
    lastAt = Math.max(lastAt, performance.now());
    while (
      !session.isClosed &&
      performance.now() - lastAt < QUIET_MILLIS &&
      performance.now() - from < LONGEST_WAIT_MILLIS
    )
      await delay(50);
    unlisten();
    unlistenEnd();
    write(outcome.events === 0 ? '{"traceEvents":[]}\n' : '\n]}\n');
    await out.end();
    return outcome;
  };
  let stopping: Promise<TraceOutcome> | undefined;
  return {
    stop() {
      stopping ??= finish().catch((error: Error) => ({ ...outcome, failure: error.message }));
      return stopping;
    },
  };
}
