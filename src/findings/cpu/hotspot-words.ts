// Titles and advice for time that goes to a function or to a package.

import type { Hotspot } from '../../analysis/cpu/cpu.ts';
import { WORK_NAMES, type Work } from '../../analysis/cpu/work.ts';
import type { Frame } from '../../model/frame.ts';
import type { ProgramKind } from '../../model/profile-tables.ts';
import { CPU_HOTSPOT } from '../thresholds/cpu.ts';
import { capitalised, lineOf, nameOfCode, packageOf, place, placeWithLibrary } from '../wording.ts';
import { BLOCK_ADVICE, isOfLanguage, nativeCallAdvice, packageAdvice } from './block-advice.ts';

/** One function that takes most of it can be blamed by name; time spread over a library is the library's. */
export function isConcentrated(top: Hotspot, selfMicros: number): boolean {
  return top.selfMicros >= selfMicros * CPU_HOTSPOT.concentrated;
}

export function titleOf({ frame, work, blame }: Hotspot, takes: string, isOne: boolean): string {
  const { app, library, inner, subject, caller } = blame;
  const named = subject!;
  const at = lineOf(named);
  const name = capitalised(nameOfCode(named));
  if (app && library && !isOne) return `${name} ${takes}, spent in ${spentIn(library, inner)} (${at})`;
  const isPlain = work.kind === 'plain' && !isNativeCall(work);
  const what = isPlain ? '' : ` with ${work.call ? `\`${work.call}\`` : WORK_NAMES[work.kind]}`;
  if (app && library) {
    const of = packageOf(frame.package === null ? library : frame);
    return `${capitalised(nameOfCode(frame))} of ${of} ${takes}${what} (${placeWithLibrary(blame)})`;
  }
  if (!app) return `${name} ${takes}${what} (${placeWithLibrary(blame)})`;
  const calledBy = caller ? `, called by ${place(caller)}` : '';
  return `${name} ${takes}${what} (${at}${calledBy})`;
}

/** "graphql@16.6.0", or, where the time goes to a package that it calls, "graphql-http@1.22.1 > graphql@16.6.0". */
export function spentIn(library: Frame, inner: Frame | null): string {
  const [outer, last] = [packageOf(library), packageOf(inner ?? library)];
  return outer === last ? outer : `${outer} > ${last}`;
}

/** A call into Node or an addon, in which the time is spent out of sight. */
function isNativeCall({ kind, call }: Work): boolean {
  return kind === 'plain' && call !== null && !isOfLanguage(call);
}

export function adviceFor(
  top: Hotspot,
  isOne: boolean,
  { when, program }: { when: string; program: ProgramKind | null },
): string[] {
  const { work } = top;
  const { library } = top.blame;
  if (library && (!isOne || packageAdvice(work.kind, packageOf(library)))) return libraryAdvice(top, when);
  if (isNativeCall(work) && !library) return [nativeCallAdvice(work.call!, program)];
  if (work.kind === 'console') return [BLOCK_ADVICE.console];
  if (work.kind === 'intl') return [BLOCK_ADVICE.intl];
  if (work.kind === 'json')
    return [
      'Convert less, or less often: keep the parsed or the serialised form, and send only what is needed.',
    ];
  if (work.kind === 'regexp')
    return ['Check the expression for nested repetition, and anchor it; compile it once.'];
  if (work.kind === 'crypto' || work.kind === 'zlib')
    return ['Use the asynchronous form: it runs on the thread pool.'];
  if (library)
    return [
      `See what the program asks of ${packageOf(library)} here ${when}, and whether its result can be cached.`,
    ];
  return [
    'Look for work that grows with the square of its input, or that is repeated for the same input. Keep the result, or use a Map or Set for look-ups.',
  ];
}

export function timesOf({ trigger }: Hotspot): string {
  if (trigger === 'request') return 'for each request';
  return trigger === 'timer' ? 'each time its timer fires' : 'each time it runs';
}

/** Names of functions that prepare something which can be kept. */
const PREPARES = /compile|build|create|construct|generate|prepare|parse|lex|tokeni[sz]e|codegen|init/i;

export function libraryAdvice({ work, blame: { library, inner } }: Hotspot, when: string): string[] {
  const owner = inner ?? library!;
  const known = packageAdvice(work.kind, packageOf(owner));
  if (known) return [known];
  const name = owner.functionName;
  return [
    PREPARES.test(name)
      ? `${packageOf(owner)} runs \`${name}\` ${when}: prepare once, at start or for each kind of input, and keep the result. Check whether it has a cache that is switched off (many packages cache only with NODE_ENV=production).`
      : `See what ${packageOf(owner)} is asked to do here ${when}: compile or parse once, cache the result for repeated inputs, and check which of its options limit the work.`,
  ];
}
