// All rules, in the order in which equal findings are shown. The compiler insists that each names a known kind.
import type { Rule } from './rule.ts';
import { childProcessLeak } from './rules/child-process-leak.ts';
import { codeGrowth } from './rules/code-growth.ts';
import { connectionChurn } from './rules/connection-churn.ts';
import { cpuHotspot } from './rules/cpu-hotspot.ts';
import { cpuThrottled } from './rules/cpu-throttled.ts';
import { dnsSlow } from './rules/dns-slow.ts';
import { eventLoopBlock } from './rules/event-loop-block.ts';
import { externalMemoryLeak } from './rules/external-memory-leak.ts';
import { fdLeak } from './rules/fd-leak.ts';
import { fdLimitRisk } from './rules/fd-limit-risk.ts';
import { gcPressure } from './rules/gc-pressure.ts';
import { heapLeak } from './rules/heap-leak.ts';
import { memoryLimitRisk } from './rules/memory-limit-risk.ts';
import { nativeMemoryGrowth } from './rules/native-memory-growth.ts';
import { pidsLimitRisk } from './rules/pids-limit-risk.ts';
import { poolExhaustion } from './rules/pool-exhaustion.ts';
import { promiseLeak } from './rules/promise-leak.ts';
import { requestPileup } from './rules/request-pileup.ts';
import { socketLeak } from './rules/socket-leak.ts';
import { threadpoolSaturation } from './rules/threadpool-saturation.ts';
import { timerLeak } from './rules/timer-leak.ts';
import { watcherLeak } from './rules/watcher-leak.ts';
import { workerLeak } from './rules/worker-leak.ts';

export const RULES: readonly Rule[] = [
  threadpoolSaturation,
  dnsSlow,
  poolExhaustion,
  requestPileup,
  childProcessLeak,
  workerLeak,
  socketLeak,
  fdLeak,
  watcherLeak,
  timerLeak,
  promiseLeak,
  codeGrowth,
  heapLeak,
  externalMemoryLeak,
  nativeMemoryGrowth,
  eventLoopBlock,
  cpuThrottled,
  cpuHotspot,
  gcPressure,
  connectionChurn,
  memoryLimitRisk,
  fdLimitRisk,
  pidsLimitRisk,
];
