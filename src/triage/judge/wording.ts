// What a crash is called: one sentence a label, made from what the log says.
import type { CrashLabel } from '../../model/crash.ts';
import { formatBytes } from '../../units/units.ts';
import { chainOf, describeError } from '../ends/crash-error.ts';
import { errorOf, frameOf, whereOf } from '../ends/crash-subject.ts';
import { type Ending, eventOf, exitOf } from '../ends/ending.ts';

/** The label in a reader's words. */
export const LABEL_WORDS: Record<CrashLabel, string> = {
  'heap-limit': 'the heap ran full',
  'container-oom': 'the container ran out of memory',
  'uncaught-exception': 'an uncaught exception',
  'unhandled-rejection': 'an unhandled rejection',
  'native-crash': 'a crash in native code',
  'startup-failure': 'it could not start',
  'dependency-unreachable': 'something it depends on could not be reached',
  'dependency-auth': 'something it depends on refused its credentials',
  'killed-by-probe': 'it was killed because a probe failed',
  terminated: 'it was ended from outside',
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
      return `The container${containerName(ending)} hit its memory limit and the kernel killed the process`;
    case 'uncaught-exception':
      return `Uncaught ${words || 'exception'}${because}${placeOf(ending)}`;
    case 'unhandled-rejection':
      return `Unhandled rejection: ${words || 'no error is told'}${because}${placeOf(ending)}`;
    case 'dependency-unreachable':
    case 'dependency-auth':
      return `${dependencyOf(ending, component)} ${label === 'dependency-auth' ? 'refused the credentials' : 'could not be reached'}: ${first}`;
    case 'native-crash':
      return `Native code crashed: ${eventOf(ending, 'native')?.what ?? exitOf(ending).signal ?? 'no reason is told'}`;
    case 'startup-failure':
      return `It could not start: ${startWords(ending, words)}${because}${placeOf(ending)}`;
    case 'killed-by-probe':
      return `Kubernetes killed it: ${eventOf(ending, 'told')?.statement ?? 'a probe failed'}`;
    case 'terminated':
      return eventOf(ending, 'told')
        ? `Ended from outside: ${eventOf(ending, 'told')!.statement}`
        : `Ended from outside by ${exitOf(ending).signal ?? 'a signal'}`;
    case 'unknown':
      return words === ''
        ? `${subjectWord(ending)} ended ${exitWords(ending)}${ending.isLogUnknown ? '; its own log was not read' : ', and nothing in the log says why'}`
        : `${subjectWord(ending)} ended ${exitWords(ending)} after it logged: ${words}`;
  }
}

const containerName = ({ container }: Ending) => (container?.container ? ` ${container.container}` : '');

const subjectWord = (ending: Ending) =>
  containerName(ending) === '' ? 'It' : `The container${containerName(ending)}`;

function heapTitle(ending: Ending, words: string): string {
  const gc = eventOf(ending, 'heap-limit')?.gc;
  if (!gc && /WORKER_OUT_OF_MEMORY/.test(words)) return 'The heap of a worker thread ran full';
  if (!gc) return 'The V8 heap ran full';
  if (gc.count === 0) return `The V8 heap ran full with ${formatBytes(gc.afterBytes)} in use`;
  return `The V8 heap ran full: ${formatBytes(gc.afterBytes)} were in use after the last collection, which freed ${formatBytes(Math.max(0, gc.beforeBytes - gc.afterBytes))}`;
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
  return words || (eventOf(ending, 'told')?.statement ?? exitWords(ending));
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
