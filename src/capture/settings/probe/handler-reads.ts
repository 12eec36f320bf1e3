// What listeners of fatal events do, told from their text; the text itself stays in the target.
import type { FatalHandlers } from '../../../model/settings/settings.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';

const MAX_LISTENERS = 50;
const LONGEST_TEXT = 20_000;
const LONGEST_JUDGED = 2_000;
const STATEMENT =
  /^(?:await |void |return )?(?:console|\w*[lL]og(?:ger)?)(?:\.\w+)*\(.*\)$|^(?:undefined|null|return|void 0|\{\s*\})$/;
const ENDS = /\b(exit|abort|kill|reallyExit)\s*\(|\bthrow\b|exitCode\s*=/;

export function countHandlers({ listenersOf }: DataReads, event: string): number {
  return listenersOf(process, event, MAX_LISTENERS).length;
}

export function readHandlers({ listenersOf }: DataReads, event: string): FatalHandlers {
  const texts = listenersOf(process, event, MAX_LISTENERS).map(codeOf);
  return {
    count: texts.length,
    swallowing: texts.filter(onlyLogs).length,
    ending: texts.filter((text) => ENDS.test(text)).length,
  };
}

/** Without its comments. */
function codeOf(listener: object): string {
  const text = Function.prototype.toString.call(listener);
  return text.slice(0, LONGEST_TEXT).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
}

/** Nothing but calls that log, between the braces or behind the arrow. Long ones are not judged: a match must be quick. */
function onlyLogs(text: string): boolean {
  if (text === '' || text.length > LONGEST_JUDGED) return false;
  const body = /=>\s*\{([\s\S]*)\}\s*$|^(?:async\s+)?function[^{]*\{([\s\S]*)\}\s*$|=>([\s\S]*)$/.exec(text);
  if (!body) return false;
  const statements = (body[1] ?? body[2] ?? body[3] ?? '').split(/[;\n]/).map((line) => line.trim());
  return statements.every((statement) => statement === '' || STATEMENT.test(statement));
}
