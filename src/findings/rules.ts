// All rules, in the order in which equal findings are shown. The compiler insists that each names a known kind.
import type { Rule } from './rule.ts';
import { cpuHotspot } from './rules/cpu/cpu-hotspot.ts';
import { cpuStarved } from './rules/cpu/cpu-starved.ts';
import { cpuThrottled } from './rules/cpu/cpu-throttled.ts';
import { eventLoopBlock } from './rules/cpu/event-loop-block.ts';
import { slowdown } from './rules/cpu/slowdown.ts';
import { childProcessLeak } from './rules/handles/child-process-leak.ts';
import { fdLeak } from './rules/handles/fd-leak.ts';
import { fdLimitRisk } from './rules/handles/fd-limit-risk.ts';
import { handleLeak } from './rules/handles/handle-leak.ts';
import { pidsLimitRisk } from './rules/handles/pids-limit-risk.ts';
import { socketLeak } from './rules/handles/socket-leak.ts';
import { timerLeak } from './rules/handles/timer-leak.ts';
import { watcherLeak } from './rules/handles/watcher-leak.ts';
import { workerLeak } from './rules/handles/worker-leak.ts';
import { codeGrowth } from './rules/memory/code-growth.ts';
import { externalMemoryLeak } from './rules/memory/external-memory-leak.ts';
import { gcPressure } from './rules/memory/gc-pressure.ts';
import { heapLeak } from './rules/memory/heap-leak.ts';
import { memoryLimitRisk } from './rules/memory/memory-limit-risk.ts';
import { memoryThrottled } from './rules/memory/memory-throttled.ts';
import { nativeMemoryGrowth } from './rules/memory/native-memory-growth.ts';
import { promiseLeak } from './rules/memory/promise-leak.ts';
import { connectionChurn } from './rules/waiting/connection-churn.ts';
import { dnsSlow } from './rules/waiting/dns-slow.ts';
import { poolExhaustion } from './rules/waiting/pool-exhaustion.ts';
import { requestPileup } from './rules/waiting/request-pileup.ts';
import { threadpoolSaturation } from './rules/waiting/threadpool-saturation.ts';

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
  handleLeak,
  timerLeak,
  promiseLeak,
  codeGrowth,
  heapLeak,
  externalMemoryLeak,
  nativeMemoryGrowth,
  memoryThrottled,
  cpuStarved,
  slowdown,
  eventLoopBlock,
  cpuThrottled,
  cpuHotspot,
  gcPressure,
  connectionChurn,
  memoryLimitRisk,
  fdLimitRisk,
  pidsLimitRisk,
];
