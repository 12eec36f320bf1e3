// What a row of the table of causes contains, and the facts of an end that it is given.
import type { CrashLabel } from '../../model/crash.ts';
import { type CrashError, chainOf, isAfterAwait } from '../ends/crash-error.ts';
import { errorOf } from '../ends/crash-subject.ts';
import { type EndEvent, type Ending, eventOf, exitOf } from '../ends/ending.ts';
import type { Circumstances } from './advice.ts';

export type Label = CrashLabel | 'clean-exit';

export interface Cause {
  id: string;
  /** Of errors in code it depends on how they came out. */
  label: Label | ((end: EndFacts) => Label);
  /** 0..1. */
  confidence: number | ((end: EndFacts) => number);
  matches(end: EndFacts): boolean;
  /** True when an end that has the label for another reason is still cured by this. Absent: never. */
  resembles?(end: EndFacts): boolean;
  /** What to do, the first step first. */
  cure(end: EndFacts, around: Circumstances): string[];
  /** An end that this row, and none before it, matches. */
  example: Example;
}

/** A log, and what is known beside it. */
export interface Example {
  log?: string;
  told?: EndEvent[];
}

export interface EndFacts {
  ending: Ending;
  error: CrashError | null;
  /** The error and what caused it, the first cause first; empty without an error. */
  chain: CrashError[];
  /** Whether the error is why it ended, and who says so: Node, or the program itself. */
  decidedBy: 'node' | 'program' | null;
  isRejection: boolean;
  code: number | null;
  signal: string | null;
}

export function factsOf(ending: Ending): EndFacts {
  const error = errorOf(ending);
  const decidedBy = deciderOf(ending);
  return {
    ending,
    error,
    chain: error ? chainOf(error).reverse() : [],
    decidedBy,
    isRejection: decidedBy !== null && (isRejected(ending) || error?.code === 'ERR_UNHANDLED_REJECTION'),
    ...exitOf(ending),
  };
}

/** What a program logged decides only where nothing else says how it ended. */
function deciderOf(ending: Ending): EndFacts['decidedBy'] {
  if (eventOf(ending, 'uncaught')) return 'node';
  const { code, signal } = exitOf(ending);
  const isTold = ending.events.some((event) => event.kind === 'told' && event.label !== 'restart-loop');
  const isOther = eventOf(ending, 'native') || isTold || signal !== null || code === 0;
  return !isOther && eventOf(ending, 'logged')?.error ? 'program' : null;
}

function isRejected(ending: Ending): boolean {
  const uncaught = eventOf(ending, 'uncaught');
  if (uncaught) return uncaught.isRejection || (!uncaught.isThrown && isAfterAwait(uncaught.error));
  const { message = '', lines = [] } = eventOf(ending, 'logged') ?? {};
  return /unhandled ?(promise ?)?rejection/i.test(`${message} ${lines.join(' ')}`);
}

/** A cause that an error of the chain tells. */
export interface ErrorCause extends Omit<Cause, 'confidence' | 'matches' | 'resembles'> {
  confidence: number;
  /** True for an error that gives the end its label. */
  sign(error: CrashError, end: EndFacts): boolean;
  /** Asked of the first cause; `sign` where it is absent. */
  resembles?(first: CrashError, end: EndFacts): boolean;
}

export function errorCause({ sign, resembles = sign, confidence, ...rest }: ErrorCause): Cause {
  return {
    ...rest,
    confidence: (end) => weigh(end, confidence),
    matches: (end) => end.decidedBy !== null && end.chain.some((error) => sign(error, end)),
    resembles: (end) => end.chain.length > 0 && resembles(end.chain[0]!, end),
  };
}

/** The same words may have been printed by a program that went on. */
function weigh({ ending, decidedBy, code }: EndFacts, confidence: number): number {
  if (decidedBy === 'node')
    return eventOf(ending, 'uncaught')!.isCertain || code !== null ? confidence : confidence * 0.7;
  const isSure = eventOf(ending, 'logged')!.isFatal && code !== null;
  return Math.min(confidence, isSure ? 0.85 : 0.7);
}

/** Node's text of an uncaught error, for examples; `frame` is the innermost line of its stack. */
export const printed = (head: string, frame: string, properties = ''): string =>
  [
    '/app/app.js:3',
    '  go();',
    '  ^',
    '',
    head,
    `    at ${frame}${properties === '' ? '' : ' {'}`,
    ...(properties === '' ? [] : [`  ${properties}`, '}']),
    '',
    'Node.js v22.1.0',
  ].join('\n');
