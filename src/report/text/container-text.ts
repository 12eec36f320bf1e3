// The container in words: its limits, what it holds, and why RSS, the working set and the heap are three numbers.
import type { ReportContainer } from '../../model/finding.ts';
import { formatBytes, formatCount, formatNumber, formatShare } from '../../units/units.ts';

/** One text for each line of the row "container". */
export function describeContainer(container: ReportContainer | null): string[] {
  if (container === null) return [];
  const { memory } = container;
  return [
    [...describeLimits(container), ...describeEvents(container)].join(', '),
    ...(memory ? [explainMemory(memory)] : []),
  ];
}

function describeLimits({ memoryLimitBytes, cpuQuotaCores, pidsLimit, pids }: ReportContainer): string[] {
  const used = pids === undefined ? '' : `${formatNumber(pids)} of `;
  return [
    memoryLimitBytes === null ? 'no memory limit' : `memory limit ${formatBytes(memoryLimitBytes)}`,
    cpuQuotaCores === null ? 'no CPU quota' : `CPU quota ${formatCount(cpuQuotaCores, 'core')}`,
    pidsLimit === null ? 'no pids limit' : `pids limit ${used}${formatNumber(pidsLimit)}`,
  ];
}

function describeEvents({ throttledShare, oomKills }: ReportContainer): string[] {
  return [
    ...(throttledShare === undefined || throttledShare === 0
      ? []
      : [`throttled by its quota in ${formatShare(throttledShare)} of the periods`]),
    ...(oomKills === undefined || oomKills === 0
      ? []
      : [`${formatCount(oomKills, 'OOM kill')} since it started`]),
  ];
}

type Memory = NonNullable<ReportContainer['memory']>;

/** From what people see in three places to what it is made of. Unknown parts are left out. */
function explainMemory(memory: Memory): string {
  return [explainUsage(memory), explainRss(memory), explainHeap(memory)]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function explainUsage({
  usageBytes,
  workingSetBytes,
  anonBytes,
  pageCacheBytes,
  sharedBytes,
  socketBytes,
  kernelBytes,
  unreclaimableBytes,
}: Memory): string {
  const parts = listed([
    [anonBytes, 'anonymous'],
    [pageCacheBytes, 'page cache'],
    [sharedBytes === 0 ? undefined : sharedBytes, 'shared memory (tmpfs)'],
    [socketBytes, 'socket buffers'],
    [kernelBytes, 'kernel'],
  ]);
  const set =
    workingSetBytes === undefined
      ? ''
      : `; its working set, which the kubelet reports and evicts by, is ${formatBytes(workingSetBytes)} (without page cache that was not used lately)`;
  const held =
    unreclaimableBytes === undefined ? '' : `; ${formatBytes(unreclaimableBytes)} of it cannot be reclaimed`;
  return `Memory charged to the container: ${formatBytes(usageBytes)}${parts === '' ? '' : ` (${parts})`}${set}${held}.`;
}

function explainRss({ rssBytes, rssAnonBytes, rssFileBytes }: Memory): string {
  if (rssBytes === undefined) return '';
  if (rssAnonBytes === undefined || rssFileBytes === undefined) return `RSS is ${formatBytes(rssBytes)}.`;
  return `RSS is ${formatBytes(rssBytes)}: ${formatBytes(rssAnonBytes)} of anonymous memory and ${formatBytes(rssFileBytes)} of mapped files such as the node binary, which are charged to the cgroup that read them first and can be reclaimed.`;
}

function explainHeap({ heapUsedBytes, heapTotalBytes, externalBytes, rssAnonBytes }: Memory): string {
  if (heapUsedBytes === undefined || heapTotalBytes === undefined) return '';
  const beside =
    rssAnonBytes === undefined
      ? undefined
      : Math.max(0, rssAnonBytes - heapTotalBytes - (externalBytes ?? 0));
  const rest = listed([
    [externalBytes, 'buffers and other external memory'],
    [beside, 'code, stacks and native memory'],
  ]);
  return `V8 uses ${formatBytes(heapUsedBytes)} of the ${formatBytes(heapTotalBytes)} that it has allocated for the heap${rest === '' ? '' : `; outside it are ${rest}`}.`;
}

function listed(parts: [bytes: number | undefined, name: string][]): string {
  return parts
    .filter(([bytes]) => bytes !== undefined)
    .map(([bytes, name]) => `${formatBytes(bytes!)} ${name}`)
    .join(', ');
}
