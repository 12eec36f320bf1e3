// Words shared by the rules: places, rates, subjects. Text is made from typed values only.
import type { Blame } from '../analysis/cpu/blame/blame.ts';
import type { Trend } from '../analysis/statistics/trend.ts';
import type { Finding, Subject } from '../model/finding.ts';
import type { Frame } from '../model/frame.ts';
import { formatQuantity, formatShare } from '../units/units.ts';
import { CRITICAL_SECONDS, LEAK_URGENCY } from './thresholds/growth.ts';

/** As V8 calls a function that has no name. */
const ANONYMOUS = '(anonymous)';

/** "src/session.ts:12, remember" */
export function place(frame: Frame): string {
  const at =
    frame.file === null ? frame.functionName : `${frame.file}${frame.line === null ? '' : `:${frame.line}`}`;
  return frame.file === null || frame.functionName === ANONYMOUS ? at : `${at}, ${frame.functionName}`;
}

/** "src/session.ts:12": without the function. */
export function lineOf(frame: Frame): string {
  return place({ ...frame, functionName: ANONYMOUS });
}

/**
 * "src/session.ts:12, remember, through lru@1.2.3 (node_modules/lru/index.js:4, set)"; of a longer chain "through
 * router@1.0.0 > lru@1.2.3 (...)". Without the application: "node_modules/lru/index.js:4, set, called through router@1.0.0".
 */
export function placeWithLibrary({ app, library, inner, subject, chain }: Blame): string {
  if (!subject) return 'an unknown place';
  const isOther = library !== null && inner !== null && inner.package !== library.package;
  if (!app) return `${placeInPackage(subject)}${isOther ? `, called through ${packageOf(library)}` : ''}`;
  if (!library) return place(subject);
  // Of one package the call is told; where that function has no name, the one inside that has.
  const last = isOther || (library.functionName === '(anonymous)' && inner) ? inner : library;
  return `${place(app)}, through ${wayTo(last, library, chain)} (${placeInPackage(last)})`;
}

/** "router@1.0.0 > lru@1.2.3"; with "..." where other packages lie between the two. */
function wayTo(last: Frame, library: Frame, chain: Blame['chain']): string {
  if (last.package === library.package) return packageOf(library);
  const names = chain.map((link) => link.package);
  const between = names.slice(
    names.indexOf(packageOf(library)) + 1,
    Math.max(0, names.lastIndexOf(packageOf(last))),
  );
  return [packageOf(library), ...(between.length > 0 ? ['...'] : []), packageOf(last)].join(' > ');
}

/** The packages on the way, where a title does not name all of them. */
export function chainOf({ chain }: Blame): Pick<Finding, 'chain'> {
  const packages = chain.filter((link) => link.package !== null).length;
  if (packages < 2) return {};
  return {
    chain: chain.map(({ package: name, frame, isBlamed }) => ({
      package: name,
      function: frame.functionName,
      file: frame.file,
      line: frame.line,
      isBlamed,
    })),
  };
}

/** " (src/session.ts:12, remember)"; nothing when the place is not known. */
export function inBrackets(blame: Blame | null | undefined): string {
  return blame ? ` (${placeWithLibrary(blame)})` : '';
}

/** Packages may be installed far above the application. */
function placeInPackage(frame: Frame): string {
  return place({ ...frame, file: frame.file?.replace(/^.*\/(?=node_modules\/)/, '') ?? null });
}

export function packageOf(frame: Frame): string {
  return frame.package ?? 'a library';
}

export function subjectOf(type: Subject['type'], name: string, frame: Frame | null, thread = 0): Subject {
  return { type, name, ...codeOf(frame), thread };
}

/** Where in the code; null where it is not known. */
export function codeOf(
  frame: Frame | null,
): Pick<Subject, 'function' | 'file' | 'line' | 'column' | 'package'> {
  return {
    function: frame?.functionName ?? null,
    file: frame?.file ?? null,
    line: frame?.line ?? null,
    column: frame?.column ?? null,
    package: frame?.package ?? null,
  };
}

/** "3.1/s" */
export const perSecond = (value: number) => formatQuantity(value, 'per second');

/** "rose in 9 of 9 intervals" */
export function risen({ risingSteps: [rose, all] }: Trend): string {
  return all === 1 && rose === 1
    ? 'rose from the first reading to the second'
    : `rose in ${rose} of ${all} intervals`;
}

/** "at 97% of its mean pace in the last part of the capture": whether what grows slows down. */
export function latePace({ lateSlopePerSecond, slopePerSecond }: Trend): string {
  return `at ${formatShare(lateSlopePerSecond / slopePerSecond)} of its mean pace in the last part of the capture`;
}

/** "`remember`", or "an anonymous function". */
export function nameOfCode({ functionName }: Pick<Frame, 'functionName'>): string {
  return functionName === ANONYMOUS ? 'an anonymous function' : `\`${functionName}\``;
}

/** As a title begins. */
export function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/**
 * "rose in 9 of 9 intervals, from 7.1 MB to 15.2 MB". Where single readings scatter so much that this would not be true
 * of the first and the last: "rises by 60 KB/s (median of 12 readings, which scatter between 36 MB and 42 MB)".
 */
export function movement(trend: Trend, show: (value: number) => string): string {
  const { first, last, risingSteps, slopePerSecond, points } = trend;
  const [rose, all] = risingSteps;
  const isPlain = last > first && rose > all / 2;
  const ends = `from ${show(first)} to ${show(last)}`;
  if (isPlain || (slopePerSecond <= 0 && last > first)) return `${risen(trend)}, ${ends}`;
  if (slopePerSecond <= 0) return `did not rise as a whole: ${ends}`;
  return `rose by ${show(slopePerSecond)}/s (the median slope of ${points} readings, which go up and down)`;
}

/** Seconds until `limit` at this slope; undefined when it is not met or not known. */
export function secondsUntil(limit: number | undefined, trend: Trend): number | undefined {
  if (limit === undefined || trend.slopePerSecond <= 0) return undefined;
  return Math.max(0, Math.round((limit - trend.last) / trend.slopePerSecond));
}

/** How pressing a leak is, by the time it leaves: a few minutes is 1, a day and more is about a half. */
export function leakUrgency(exhaustionSeconds: number | undefined): number {
  const { unknown, soonHours, soon, later, perTenfold, least } = LEAK_URGENCY;
  if (exhaustionSeconds === undefined) return unknown;
  const hours = exhaustionSeconds / 3_600;
  if (hours < soonHours) return soon;
  return Math.max(least, later - perTenfold * Math.log10(hours / soonHours));
}

export function leakSeverity(exhaustionSeconds: number | undefined): 'critical' | 'warning' {
  return exhaustionSeconds !== undefined && exhaustionSeconds < CRITICAL_SECONDS ? 'critical' : 'warning';
}
