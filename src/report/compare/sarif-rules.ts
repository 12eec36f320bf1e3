// The rules that a SARIF log of culprit declares: one a kind of finding, and one for functions that became slower. All
// are declared always, so that a viewer can tell "found nothing" from "did not look".
import type { ReportingDescriptor } from 'sarif';
import { FINDING_KINDS, type FindingKind } from '../../model/finding.ts';

export const SLOWER_FUNCTION = 'slower-function';

/** What it is, and what to do about it in general; the finding has the advice for the case. */
const RULE_TEXTS: Record<FindingKind | typeof SLOWER_FUNCTION, [what: string, help: string]> = {
  'slower-function': [
    'A function needs more CPU time than before',
    'Compare the function between base and head. If its cost only came from a neighbour, culprit says so and does not report it here.',
  ],
  'cpu-hotspot': [
    'A function takes a large part of a core',
    'Do less in it, do it less often, or move it off the main thread.',
  ],
  'event-loop-block': [
    'A call blocks the event loop',
    'Split the work, use the asynchronous form, or move it into a worker.',
  ],
  'gc-pressure': [
    'Garbage collection takes a large part of a core',
    'Allocate less in the function named: reuse objects, stream instead of collecting.',
  ],
  'heap-leak': [
    'Objects pile up on the heap',
    'Bound the collection that holds them, or remove entries when they are done with.',
  ],
  'listener-leak': [
    'Listeners are added and never removed',
    'Remove the listener when its owner ends, or add it once.',
  ],
  'timer-leak': ['Timers are started and never cleared', 'Clear the timer when its owner ends.'],
  'promise-leak': [
    'Promises never settle',
    'Settle them on every path, or give what they wait for a time limit.',
  ],
  'async-context-leak': [
    'Async contexts are kept alive',
    'Leave the context when its work is done; hold no resource that was made in it.',
  ],
  'external-memory-leak': [
    'Memory outside the heap piles up',
    'Find who holds the buffers and let go of them.',
  ],
  'native-memory-growth': [
    'Native memory grows',
    'Look at native add-ons and at what they hold; allocator fragmentation looks alike.',
  ],
  'code-growth': ['Code is compiled again and again', 'Compile once and keep the result.'],
  'socket-leak': ['Sockets pile up', 'Read or destroy every response body; end sockets on errors too.'],
  'fd-leak': ['File descriptors pile up', 'Close what was opened, on every path.'],
  'watcher-leak': ['File watchers pile up', 'Close the watcher when its owner ends.'],
  'child-process-leak': ['Child processes pile up', 'Wait for children and end those that hang.'],
  'worker-leak': ['Worker threads pile up', 'End workers that are done, or use a pool.'],
  'pool-exhaustion': [
    'A connection pool is used up',
    'Release connections on every path; only then make the pool larger.',
  ],
  'request-pileup': ['Requests stay without an answer', 'Answer on every path, and set time limits.'],
  'connection-churn': [
    'A new connection is made for each request',
    'Use an agent or a pool that keeps connections alive.',
  ],
  'threadpool-saturation': [
    'Work waits for a thread of the pool',
    'Do less file, DNS and crypto work at once, or raise UV_THREADPOOL_SIZE.',
  ],
  'dns-slow': ['Name lookups are slow', 'Cache lookups, or keep connections alive.'],
  'cpu-throttled': ['The container is throttled', 'Raise the CPU quota, or use fewer threads.'],
  'memory-limit-risk': ['The memory limit is near', 'Find what grows, or raise the limit.'],
  'fd-limit-risk': ['The limit of file descriptors is near', 'Find what stays open, or raise the limit.'],
  'pids-limit-risk': [
    'The limit of processes and threads is near',
    'Find what starts them and does not end them, or raise the limit.',
  ],
  configuration: ['A setting works against the program', 'Change the setting that the finding names.'],
  crash: ['The program ended unexpectedly', 'Read the stack that the finding names.'],
};

export const SARIF_RULE_IDS: (FindingKind | typeof SLOWER_FUNCTION)[] = [SLOWER_FUNCTION, ...FINDING_KINDS];

/** In the order of `SARIF_RULE_IDS`. */
export function sarifRules(): ReportingDescriptor[] {
  return SARIF_RULE_IDS.map((id) => {
    const [what, help] = RULE_TEXTS[id];
    return {
      id,
      name: id.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      shortDescription: { text: what },
      fullDescription: { text: `${what}.` },
      help: { text: help },
      defaultConfiguration: { level: 'warning' },
      properties: { tags: ['performance'] },
    };
  });
}
