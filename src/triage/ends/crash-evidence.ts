// Why to believe it: what each piece of an end says; and what else it could have been.
import type { CrashLabel } from '../../model/crash.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatBytes, formatDuration } from '../../units/units.ts';
import { isWhileLoading } from '../judge/loading.ts';
import { addressOf, chainOf, describeError } from './crash-error.ts';
import { errorOf } from './crash-subject.ts';
import { type EndEvent, type Ending, eventOf, exitOf, toldOf } from './ending.ts';
import { rethrownBy } from './rethrown.ts';

export function evidenceFor(
  ending: Ending,
  label: CrashLabel,
  component: { name: string; reason: string } | null,
): Evidence[] {
  const sentences = ending.events.map((event) => ({ source: sourceOf(event), statement: sentence(event) }));
  const error = errorOf(ending);
  if (error && chainOf(error).some(isWhileLoading))
    sentences.push({ source: 'stack', statement: 'it was thrown while modules were loaded, at the start' });
  if (error && ending.nearby && addressOf(error) === '' && label === 'dependency-unreachable')
    sentences.push({
      source: 'log',
      statement: `shortly before that, it logged: ${describeError(chainOf(ending.nearby).at(-1)!)}`,
    });
  const thrown = rethrownBy(ending);
  if (thrown)
    sentences.push({
      source: 'log',
      statement: `${thrown.package} threw it (${thrown.place}), as packages do when nothing handles an error`,
    });
  if (component)
    sentences.push({ source: 'stack', statement: `it points to the ${component.name}: ${component.reason}` });
  const seen = new Set<string>();
  return sentences
    .filter(({ statement }) => statement !== '' && !seen.has(statement) && seen.add(statement))
    .slice(0, 10);
}

function sourceOf(event: EndEvent): string {
  if (event.kind === 'exit') return event.teller;
  if (event.kind === 'told') return event.teller;
  return event.kind === 'kernel-oom' ? 'kernel log' : 'log';
}

function sentence(event: EndEvent): string {
  switch (event.kind) {
    case 'uncaught':
      return event.isRejection
        ? 'Node.js printed it as an unhandled rejection, and ended'
        : 'Node.js printed it as an uncaught exception, and ended';
    case 'logged':
      return event.isFatal
        ? `the program logged it as fatal${event.isLast ? ', and logged nothing after that' : ''}`
        : 'the program logged it shortly before it ended';
    case 'heap-limit':
      return heapSentence(event);
    case 'native':
      return event.what;
    case 'bad-option':
      return event.option;
    case 'unsettled-await':
      return `a top-level await never settled, at ${event.place}`;
    case 'kernel-oom':
      return `the kernel killed it because memory ran out${event.rssBytes === null ? '' : `, at ${formatBytes(event.rssBytes)} of anonymous memory`}`;
    case 'exit':
      return exitSentence(event);
    case 'told':
      return event.statement;
  }
}

function heapSentence({ reason, gc }: Extract<EndEvent, { kind: 'heap-limit' }>): string {
  if (!gc || gc.count === 0) return reason;
  const uptime = gc.uptimeMillis === null ? '' : `, ${formatDuration(gc.uptimeMillis)} after the start`;
  return `${reason}; the last collection went from ${formatBytes(gc.beforeBytes)} to ${formatBytes(gc.afterBytes)} in ${formatDuration(gc.pauseMillis)}${uptime}`;
}

function exitSentence({ code, signal, teller }: Extract<EndEvent, { kind: 'exit' }>): string {
  if (code === null && signal === null) return `${teller} says that it failed`;
  return [code === null ? '' : `exit code ${code}`, signal ?? ''].filter((part) => part !== '').join(', ');
}

/** The explanation that was considered besides. */
export function innocentFor(ending: Ending, label: CrashLabel): string {
  const { signal } = exitOf(ending);
  switch (label) {
    case 'heap-limit':
      if (eventOf(ending, 'heap-limit')?.tooLarge)
        return 'A wrong length, such as a negative one, looks the same.';
      return 'In a single crash, a limit that is too small for the load looks the same as a leak: only growth over time distinguishes them.';
    case 'container-oom':
      return 'The limit may be too low for Node.js itself; page cache and buffers count towards it, not only the heap.';
    case 'native-crash':
      return signal === 'SIGABRT' && !eventOf(ending, 'native')
        ? 'process.abort(), or an exhausted heap whose message was lost, end the same way.'
        : '';
    case 'out-of-memory':
      return toldOf(ending, 'out-of-memory')?.teller === 'PM2'
        ? 'A limit below what the program needs looks the same as a leak: only growth over time distinguishes them.'
        : 'Another process may have used up the memory: the one that was killed or denied memory is not necessarily the one that grew.';
    case 'terminated':
      return signal === 'SIGKILL'
        ? 'The OOM killer sends the same signal. Only the kernel log or the pod status shows which it was.'
        : 'Deployments and scaling down routinely do this.';
    case 'dependency-unreachable':
      return 'The dependency may have been down for all its clients: check its state at that time.';
    case 'killed-by-probe':
      return 'The probe may be too strict for the normal response times of the service.';
    case 'unknown':
      return 'A call of process.exit with 1 after a message that is not an error looks the same.';
    default:
      return '';
  }
}

/** The words of the log that matter, the most serious first; what it wrote last when there are none. */
export function linesThatMatter(ending: Ending): string[] {
  const root = ending.events.filter(({ kind }) => kind !== 'exit').flatMap(({ lines }) => lines);
  const exits = ending.events.filter(({ kind }) => kind === 'exit').flatMap(({ lines }) => lines);
  const before = root.length === 0 ? ending.tail.filter((line) => !exits.includes(line)) : [];
  return [...new Set([...before, ...root.slice(0, 20), ...exits.slice(0, 4)])].map((line) =>
    line.slice(0, 500),
  );
}
