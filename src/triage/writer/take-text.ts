// A line of plain text: it goes on with what is being collected, begins something, tells of an end, or is the program's.
import {
  continuesStack,
  feedBlock,
  headBefore,
  isPlace,
  MOST_HEAD_LINES,
  readBlock,
  stripLead,
} from '../events/error-block.ts';
import { parseErrorText } from '../events/error-text.ts';
import { beginDump, continuesDump, feedDump, readDump, startsDump } from '../events/fatal-dump.ts';
import { readLambdaError } from '../events/lambda-error.ts';
import { readNotice } from '../events/notices.ts';
import { commandLineOf, isBunTrailer, isNoise, isStart, nodeTrailer } from '../events/words.ts';
import { addLine, type LineList, linesIn, listOf } from '../read/line-list.ts';
import { goOn, logError } from './program-lines.ts';
import { recentLines } from './recent-lines.ts';
import { confirmEnd, confirmLogged, endBeforeStart, tell } from './tell-end.ts';
import { type Around, type Life, PROGRAM, type Reading, withText } from './writer-state.ts';

export function takeText(life: Life, text: string, around: Around): Life {
  if (life.block.state === 'none') return takeReading(life, text, around);
  const fed = feedBlock(life.block, text);
  const next = withText(life, fed.block, life.reading);
  if (fed.fit === 'more') return fed.block.state === 'error' ? next : takeReading(next, text, around);
  const closed = closeBlock(next, around);
  return fed.fit === 'done' ? closed : takeReading(closed, text, around);
}

function takeReading(life: Life, text: string, around: Around): Life {
  const reading = grow(life, text);
  if (reading) return withText(life, life.block, reading);
  return takeNew(life.reading.state === 'program' ? life : closeReading(life, around), text, around);
}

/** The text that is being collected, with one more line; null when the line is not of it. */
function grow({ reading, linesSeen }: Life, text: string): Reading | null {
  switch (reading.state) {
    case 'program':
      return null;
    case 'in-dump':
      return continuesDump(text, reading.dump)
        ? { state: 'in-dump', dump: feedDump(reading.dump, text) }
        : null;
    case 'in-stack':
      return continuesStack(text, reading.lines)
        ? { state: 'in-stack', lines: addLine(reading.lines, text), readUpTo: linesSeen }
        : null;
  }
}

/** A line that goes on with nothing. */
function takeNew(life: Life, text: string, around: Around): Life {
  if (isPlace(text)) return { ...life, block: { state: 'source', lines: listOf([text]) } };
  if (startsDump(text)) return { ...life, reading: { state: 'in-dump', dump: beginDump(text) } };
  return /^\s+at \S/.test(text) ? beginStack(life, text, around) : takePlain(life, text, around);
}

/** A stack whose head is not among the recent lines is of nothing that could be named. */
function beginStack(life: Life, text: string, around: Around): Life {
  const recent = recentLines(around.recent, MOST_HEAD_LINES);
  const head = headBefore(recent);
  if (head < 0) return life;
  return {
    ...life,
    reading: { state: 'in-stack', lines: listOf([...recent.slice(head), text]), readUpTo: life.linesSeen },
  };
}

function takePlain(life: Life, text: string, around: Around): Life {
  const version = nodeTrailer(text);
  if (version !== null) return confirmEnd(life, version, around);
  const commandLine = commandLineOf(text);
  const known = commandLine === null ? life : { ...life, commandLine };
  const lambda = readLambdaError(text);
  const told = lambda === null ? readNotice(text) : [lambda];
  if (told.length > 0) return told.reduce((each, event) => tell(each, event, around), known);
  if (isBunTrailer(text) && known.logged) return confirmLogged(known, around);
  const next = known.logged && isStart(text) ? endBeforeStart(known, around) : known;
  return isNoise(text) ? next : goOn(next, text);
}

/** Reads Node's text of an uncaught error as far as it came. */
export function closeBlock(life: Life, around: Around): Life {
  const { block } = life;
  if (block.state === 'none') return life;
  const closed: Life = { ...life, block: { state: 'none' } };
  const event = readBlock(block);
  if (!event) return closed;
  const told = tell(closed, event, around);
  const nodeVersion = linesIn(block.lines)
    .map(nodeTrailer)
    .find((found) => found !== null);
  if (!nodeVersion || told.end.state === 'running') return told;
  return { ...told, end: { ...told.end, ending: { ...told.end.ending, nodeVersion } } };
}

/** Reads a stack or a dump as far as it came. */
export function closeReading(life: Life, around: Around): Life {
  const { reading } = life;
  const closed: Life = { ...life, reading: PROGRAM };
  if (reading.state === 'in-dump') {
    const event = readDump(linesIn(reading.dump.lines));
    return event ? tell(closed, event, around) : closed;
  }
  return reading.state === 'in-stack' ? closeStack(closed, reading, around) : closed;
}

const SAYS_FATAL = /uncaught|unhandled ?(promise ?)?rejection|\bfatal\b|crash(ed|ing)|shutting down due/i;
const IS_WARNING = /UnhandledPromiseRejectionWarning|\(node:\d+\)/;

function closeStack(
  life: Life,
  { lines: list, readUpTo }: { lines: LineList; readUpTo: number },
  around: Around,
): Life {
  const lines = linesIn(list);
  const before = recentLines(around.recent, lines.length + 3).join('\n');
  const error = parseErrorText([stripLead(lines[0]!), ...lines.slice(1)]);
  const isFatal = SAYS_FATAL.test(before) && !IS_WARNING.test(before);
  const told = logError(life, { error, message: '', isFatal, lines, pid: 0 }, around.time);
  // JSON lines may have gone between: another stream's, which do not end a stack.
  const between = life.linesSeen - readUpTo;
  if (between === 0 || !told.logged) return told;
  return {
    ...told,
    openError: '',
    logged: { ...told.logged, linesSince: told.logged.linesSince + between },
  };
}
