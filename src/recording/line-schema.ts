// The shape of each line of `samples.jsonl`: what a recording from elsewhere must look like to be trusted.
import * as v from 'valibot';
import { ALIVE_KINDS } from '../model/keep-alive.ts';
import { cgroup } from './cgroup-schema.ts';

const amount = v.optional(v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e18)));
const count = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e15));
const text = v.pipe(v.string(), v.maxLength(1_000_000));
const atMillis = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e12));
const thread = v.pipe(v.number(), v.integer(), v.minValue(0));
const counts = v.record(v.string(), count);
const frame = v.array(v.union([v.string(), v.number(), v.null()]));
const stack = v.pipe(v.array(frame), v.maxLength(500));

const tcp = v.looseObject({
  segmentsSent: amount,
  segmentsResent: amount,
  establishedResets: amount,
  resetsSent: amount,
  outgoingOpens: amount,
  failedOpens: amount,
  listenOverflows: amount,
  listenDrops: amount,
  timeouts: amount,
  timeWait: amount,
});

const passive = v.looseObject({
  type: v.literal('passive'),
  atMillis,
  rssBytes: amount,
  rssAnonBytes: amount,
  rssFileBytes: amount,
  threads: amount,
  cpuMicros: amount,
  threadCpu: v.optional(
    v.looseObject({ mainMicros: count, helperMicros: count, poolMicros: count, otherMicros: count }),
  ),
  fdCount: amount,
  fdSoftLimit: amount,
  fds: v.optional(v.array(v.looseObject({ kind: text, pattern: text, count }))),
  sockets: v.optional(
    v.array(
      v.looseObject({
        family: text,
        state: text,
        direction: text,
        endpoint: text,
        count,
        receiveQueueBytes: amount,
        sendQueueBytes: amount,
        oldestMillis: amount,
        olderThan5s: amount,
        olderThan30s: amount,
        fromStart: amount,
        resending: amount,
        windowFull: amount,
      }),
    ),
  ),
  tcp: v.optional(tcp),
  children: v.optional(v.array(v.looseObject({ pid: count, command: text, state: text, startTicks: count }))),
  cgroup: v.optional(cgroup),
});

const delay = v.looseObject({ mean: count, p50: count, p99: count, max: count });
const gc = v.looseObject({ count, majorCount: count, pauseMillis: count, longestPauseMillis: count });

const lookup = v.looseObject({ name: text, call: text, count, totalMillis: count, longestMillis: count });

const turn = v.looseObject({
  type: v.literal('turn'),
  thread,
  atMillis,
  isWarmUp: v.optional(v.boolean()),
  millis: count,
  cpuMicros: amount,
  requests: v.optional(v.looseObject({ answered: count, failed: count })),
  eventLoopDelayMillis: v.optional(delay),
  gc: v.optional(gc),
  load: v.optional(
    v.looseObject({
      tool: text,
      requests: amount,
      failed: count,
      requestsPerSecond: amount,
      latencyMillis: v.looseObject({ p50: amount, p90: amount, p99: amount, max: amount }),
    }),
  ),
});

const runtime = v.looseObject({
  type: v.literal('runtime'),
  atMillis,
  thread,
  afterGc: v.boolean(),
  clockMicros: amount,
  stuckFrames: v.optional(stack),
  ownPauses: v.optional(v.pipe(v.array(v.tuple([v.number(), v.number()])), v.maxLength(10_000))),
  rssBytes: amount,
  heapUsedBytes: amount,
  ownHeapBytes: amount,
  heapTotalBytes: amount,
  heapLimitBytes: amount,
  externalBytes: amount,
  arrayBuffersBytes: amount,
  mallocedBytes: amount,
  oldGenerationBytes: amount,
  utilization: amount,
  cpuMicros: amount,
  allocatedBytesPerSecond: amount,
  requests: v.optional(v.looseObject({ answered: count, failed: count })),
  eventLoopDelayMillis: v.optional(delay),
  gc: v.optional(gc),
  poolWaitsMillis: v.optional(v.pipe(v.array(count), v.maxLength(1_000))),
  lookups: v.optional(v.pipe(v.array(lookup), v.maxLength(1_000))),
  resources: v.optional(counts),
});

const site = v.looseObject({
  id: v.optional(count),
  type: text,
  label: v.optional(text),
  frames: stack,
  repeats: v.boolean(),
  delay: v.pipe(v.number(), v.finite()),
  made: count,
  watched: count,
  alive: count,
  oldWatched: count,
  oldAlive: count,
  oldestMillis: v.optional(count, 0),
});

const asyncRead = v.looseObject({
  type: v.literal('async'),
  atMillis,
  thread,
  coverage: count,
  onMillis: count,
  seen: counts,
  sites: v.array(site),
});

const holder = v.optional(
  v.looseObject({
    kind: v.picklist(['variable', 'property', 'entry', 'global', 'exports', 'handle']),
    name: text,
    of: text,
  }),
);

const insertions = v.pipe(v.array(stack), v.maxLength(100));

const growing = v.looseObject({
  id: v.optional(count, 0),
  type: v.picklist(['Map', 'Set', 'Array', 'Object', 'EventEmitter', 'EventTarget']),
  className: text,
  event: v.optional(text),
  holder,
  sizes: v.pipe(v.array(v.looseObject({ atMillis, entries: count })), v.minLength(1)),
  newestEntry: text,
  insertions,
});

const collections = v.looseObject({
  type: v.literal('collections'),
  atMillis,
  thread,
  growing: v.array(growing),
});

const census = v.looseObject({
  type: v.literal('census'),
  atMillis,
  thread,
  scanned: count,
  tracked: count,
  cut: v.boolean(),
  classes: v.pipe(v.array(v.tuple([text, count])), v.maxLength(10_000)),
});

const walk = v.looseObject({
  type: v.literal('walk'),
  atMillis,
  thread,
  scanned: count,
  cut: v.boolean(),
  functions: v.pipe(
    v.array(
      v.looseObject({
        name: text,
        url: text,
        line: count,
        column: count,
        count,
        chained: v.optional(count, 0),
      }),
    ),
    v.maxLength(1_000),
  ),
});

const pools = v.looseObject({
  type: v.literal('pools'),
  atMillis,
  thread,
  found: count,
  pools: v.pipe(
    v.array(
      v.looseObject({
        id: count,
        className: text,
        holder,
        endpoint: v.optional(text),
        limit: amount,
        busy: amount,
        idle: amount,
        waiting: count,
        insertions,
        lent: v.optional(
          v.looseObject({
            looked: count,
            silent: count,
            longestSilentMillis: count,
            labels: v.pipe(v.array(v.tuple([text, count])), v.maxLength(100)),
          }),
        ),
      }),
    ),
    v.maxLength(1_000),
  ),
});

const threadPool = v.looseObject({
  type: v.literal('thread-pool'),
  atMillis,
  thread,
  millis: count,
  threads: count,
  sites: v.pipe(
    v.array(v.looseObject({ type: text, frames: stack, count, totalMillis: count })),
    v.maxLength(1_000),
  ),
});

const handlers = v.looseObject({
  type: v.literal('handlers'),
  atMillis,
  thread,
  handlers: v.pipe(
    v.array(v.looseObject({ site: count, name: text, url: text, line: count, column: count })),
    v.maxLength(1_000),
  ),
});

const compilations = v.looseObject({
  type: v.literal('compilations'),
  atMillis,
  thread,
  millis: count,
  scripts: count,
  sites: v.pipe(v.array(v.looseObject({ frames: stack, count })), v.maxLength(1_000)),
});

const closures = v.looseObject({
  type: v.literal('closures'),
  atMillis,
  thread,
  closures: v.pipe(v.array(v.looseObject({ class: text, frame })), v.maxLength(1_000)),
});

const snapshot = v.looseObject({
  type: v.literal('snapshot'),
  atMillis,
  thread,
  path: text,
  millis: count,
  suspects: v.pipe(v.array(v.looseObject({ collection: count, node: count })), v.maxLength(1_000)),
});

const alive = v.looseObject({
  kind: v.picklist(ALIVE_KINDS),
  className: text,
  count,
  what: text,
  examples: v.pipe(v.array(text), v.maxLength(100)),
  state: text,
  delay: v.pipe(v.number(), v.finite()),
  through: text,
  frames: stack,
});

const keepAlive = v.looseObject({
  type: v.literal('alive'),
  atMillis,
  thread,
  groups: v.pipe(v.array(alive), v.maxLength(1_000)),
  unreferenced: v.pipe(v.array(alive), v.maxLength(1_000)),
  idleHandles: count,
  cut: v.boolean(),
  unlisted: v.optional(v.looseObject({ timeouts: amount, reason: text })),
});

export const lineSchema = v.variant('type', [
  passive,
  runtime,
  turn,
  asyncRead,
  collections,
  census,
  walk,
  pools,
  threadPool,
  handlers,
  compilations,
  closures,
  keepAlive,
  snapshot,
]);
