// The handles and requests that keep a process busy, through Node's own lists of them.

interface Host {
  _getActiveHandles?: () => object[];
  _getActiveRequests?: () => object[];
  getActiveResourcesInfo?: () => string[];
}

const HISTOGRAM = 'IntervalHistogram';
/** Of the last count of active resources; undefined before the first. To count a million timers takes long. */
let hadHistogram: boolean | undefined;

/** What was counted anyway, by type. */
export function noteActiveTypes(counts: Record<string, number>): void {
  hadHistogram = HISTOGRAM in counts;
}

/**
 * Empty where the list must not be asked for: Node ends the process when it lists a delay histogram that was made, never
 * enabled and collected since, and nothing tells such a one from others (seen on Node 20).
 */
export function activeHandles(): object[] {
  const host = process as Host;
  const hasHistogram = hadHistogram ?? host.getActiveResourcesInfo?.().includes(HISTOGRAM) ?? false;
  return hasHistogram ? [] : (host._getActiveHandles?.() ?? []);
}

export function activeRequests(): object[] {
  return (process as Host)._getActiveRequests?.() ?? [];
}
