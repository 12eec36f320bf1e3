// The titles of crashes: one sentence for each label, made from what the log says.
import type { CrashLabel } from '../../model/crash.ts';
import { formatBytes } from '../../units/units.ts';
import { chainOf, describeError } from '../ends/crash-error.ts';
import { errorOf, frameOf, whereOf } from '../ends/crash-subject.ts';
import { type Ending, eventOf, exitOf, toldOf } from '../ends/ending.ts';
import { WINDOWS_STATUSES } from './causes/outside.ts';

/** The label in a reader's words. */
export const LABEL_WORDS: Record<CrashLabel, string> = {
  'heap-limit': 'the heap was exhausted',
  'container-oom': 'the container ran out of memory',
  'out-of-memory': 'no memory was left for it',
  'uncaught-exception': 'an uncaught exception',
  'unhandled-rejection': 'an unhandled rejection',
  'native-crash': 'a crash in native code',
  'startup-failure': 'it could not start',
  'dependency-unreachable': 'something it depends on could not be reached',
  'dependency-auth': 'something it depends on refused its credentials',
  'killed-by-probe': 'it was killed because a probe failed',
  terminated: 'it was terminated from outside',
  unknown: 'unknown',
};

export function titleOf(ending: Ending, label: CrashLabel, component: string): string {
  const error = errorOf(ending);
  const words = error ? describeError(error) : '';
  const first = error ? describeError(chainOf(error).at(-1)!) : '';
  const because = first === '' || first === words ? '' : `, because of ${first}`;
  switch (label) {
    case 'heap-limit':
      return heapTitle(ending, words);
    case 'container-oom':
      return containerTitle(ending);
    case 'out-of-memory':
      return memoryTitle(ending, words);
    case 'uncaught-exception':
      return `Uncaught ${words || 'exception'}${because}${placeOf(ending)}`;
    case 'unhandled-rejection':
      return `Unhandled rejection: ${words || 'the error is unknown'}${because}${placeOf(ending)}`;
    case 'dependency-unreachable':
    case 'dependency-auth':
      return `${dependencyOf(ending, component)} ${label === 'dependency-auth' ? 'refused the credentials' : 'could not be reached'}: ${first}`;
    case 'native-crash':
      return `Native code crashed: ${nativeWords(ending)}`;
    case 'startup-failure':
      return `It could not start: ${startWords(ending, words)}${because}${placeOf(ending)}`;
    case 'killed-by-probe':
      return probeTitle(ending);
    case 'terminated':
      return eventOf(ending, 'told')
        ? `Terminated from outside: ${(toldOf(ending, 'timeout', 'grace-period', 'evicted', 'stopped') ?? eventOf(ending, 'told')!).statement}`
        : `Terminated from outside by ${exitOf(ending).signal ?? 'a signal'}`;
    case 'unknown':
      if (words === '' && exitOf(ending).code === null && toldOf(ending, 'restart-loop'))
        return `Restart loop: ${toldOf(ending, 'restart-loop')!.statement}`;
      return words === ''
        ? `${subjectWord(ending)} ended ${exitWords(ending)}${ending.isLogUnknown ? '; its own log was not given' : ', and nothing in the log says why'}`
        : `${subjectWord(ending)} ended ${exitWords(ending)} after it logged: ${words}`;
  }
}

/** Kubernetes' and the kernel's words say less than the title. */
function containerTitle(ending: Ending): string {
  const told = toldOf(ending, 'container-oom');
  return told && !/^(pod status|inspect)$/.test(told.teller)
    ? `Out of memory: ${told.statement}`
    : `The container${containerName(ending)} hit its memory limit and the kernel killed the process`;
}

function memoryTitle(ending: Ending, words: string): string {
  const told = toldOf(ending, 'out-of-memory');
  if (told) return `Out of memory: ${told.statement}`;
  const kernel = eventOf(ending, 'kernel-oom');
  if (kernel)
    return `The kernel's OOM killer ended it${kernel.rssBytes === null ? '' : ` at ${formatBytes(kernel.rssBytes)}`}: the machine had no memory left`;
  const what = /\bspawn\b/.test(words) ? ' to start a child process' : '';
  return `No memory was left${what}: ${words}${placeOf(ending)}`;
}

function nativeWords(ending: Ending): string {
  const { code, signal } = exitOf(ending);
  const status = code === null ? undefined : WINDOWS_STATUSES[code];
  if (status !== undefined && !eventOf(ending, 'native'))
    return `exit code ${code} of Windows (0x${code!.toString(16).toUpperCase()}, ${status})`;
  return eventOf(ending, 'native')?.what ?? signal ?? 'no reason is given';
}

function probeTitle(ending: Ending): string {
  const told = toldOf(ending, 'killed-by-probe');
  const who = told && !/^(pod status|events)$/.test(told.teller) ? 'It was killed' : 'Kubernetes killed it';
  return `${who}: ${told?.statement ?? 'a probe failed'}`;
}

const containerName = ({ container }: Ending) => (container?.container ? ` ${container.container}` : '');

const subjectWord = (ending: Ending) =>
  containerName(ending) === '' ? 'It' : `The container${containerName(ending)}`;

function heapTitle(ending: Ending, words: string): string {
  const { gc, tooLarge, isTooLargeInferred } = eventOf(ending, 'heap-limit') ?? {};
  if (tooLarge)
    return `One object ${isTooLargeInferred ? 'could not grow' : 'grew beyond what V8 allows'}, in a heap that was not full: ${tooLarge}`;
  if (!gc && /WORKER_OUT_OF_MEMORY/.test(words)) return 'The heap of a worker thread was exhausted';
  if (!gc) return 'The V8 heap was exhausted';
  if (gc.count === 0) return `The V8 heap was exhausted with ${formatBytes(gc.afterBytes)} in use`;
  return `The V8 heap was exhausted: ${formatBytes(gc.afterBytes)} were in use after the last collection, which freed ${formatBytes(Math.max(0, gc.beforeBytes - gc.afterBytes))}`;
}

function dependencyOf(ending: Ending, component: string): string {
  const address = whereOf(ending);
  const what =
    component === '' || component === 'network' || component === 'code' ? 'A dependency' : `The ${component}`;
  return address === '' ? what : `${what} at ${address}`;
}

function startWords(ending: Ending, words: string): string {
  const option = eventOf(ending, 'bad-option');
  if (option) return option.option;
  if (eventOf(ending, 'unsettled-await') || exitOf(ending).code === 13)
    return 'a top-level await was never settled';
  return words || (toldOf(ending, 'startup-failure')?.statement ?? exitWords(ending));
}

function placeOf(ending: Ending): string {
  const frame = frameOf(ending);
  if (!frame) return '';
  const place = frame.line === null ? frame.file : `${frame.file}:${frame.line}`;
  return frame.function === null ? ` (${place})` : ` in ${frame.function} (${place})`;
}

export function exitWords(ending: Ending): string {
  const { code, signal } = exitOf(ending);
  if (code !== null) return `with exit code ${code}${signal === null ? '' : ` (${signal})`}`;
  return signal === null ? 'with an unknown exit code' : `by ${signal}`;
}
