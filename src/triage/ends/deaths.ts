// Events become deaths: what several sources report about one process is one death, and a line that only repeats that
// something had ended does not count as another.
import { type EndEvent, type Ending, isRoot } from './ending.ts';

/** Ends that later ones may still belong to; older ones are handed on. */
const MOST_HELD = 200;
const MOST_MILLIS = 60_000;

export interface Deaths {
  add(ending: Ending): void;
  /** Hands on all that is left. */
  end(): void;
}

/** Constant memory, and time for each end that does not grow with their number. */
export function createDeaths(onDeath: (death: Ending) => void): Deaths {
  const held: Ending[] = [];
  let echo: Ending | null = null;
  let count = 0;
  const handOn = (death: Ending) => {
    count++;
    onDeath(death);
  };
  return {
    add(ending) {
      if (ending.events.every(({ weight }) => weight === 'hint')) return;
      if (ending.events.every(({ weight }) => weight !== undefined)) {
        echo ??= ending;
        return;
      }
      const at = held.findIndex((each) => isSameDeath(each, ending));
      if (at >= 0) held[at] = merged(held[at]!, ending);
      else held.push(ending);
      if (held.length > MOST_HELD) handOn(held.shift()!);
    },
    end() {
      for (const death of held.splice(0)) handOn(death);
      if (count === 0 && echo) handOn(echo);
    },
  };
}

/** "shop_web_1" and "web_1" are one: compose leaves out its project. So are "shop:2" and ":2". */
export const isSameName = (a: string, b: string): boolean => a === b || isShort(a, b) || isShort(b, a);

const isShort = (short: string, long: string) =>
  short.startsWith(':')
    ? long.endsWith(short)
    : long.endsWith(short) && /[-_/]/.test(long.charAt(long.length - short.length - 1));

function isSameDeath(a: Ending, b: Ending): boolean {
  const millis = Math.abs(Date.parse(a.lastTime) - Date.parse(b.lastTime));
  if (millis > MOST_MILLIS) return false;
  if (a.isReport !== b.isReport) return isReportOf(a, b);
  return (
    marked(a).some((event) => marked(b).some((other) => isSameLine(event, other))) &&
    !(a.events.some(isRoot) && b.events.some(isRoot))
  );
}

/** Those that name their process; a few tell as much as all. */
const marked = ({ events }: Ending) => events.slice(0, 8).filter(({ process }) => process !== undefined);

/** Summaries repeat what was told before. */
const isSameLine = (a: EndEvent, b: EndEvent) =>
  a.process!.pid !== 0 && a.process!.pid === b.process!.pid && a.kind === b.kind && a.lines[0] === b.lines[0];

/** Node writes a report, and its words into the log, of the same end. */
function isReportOf(a: Ending, b: Ending): boolean {
  const [root, other] = [a.events.find(isRoot), b.events.find(isRoot)];
  if (!root || !other || root.kind !== other.kind) return false;
  const [pid, otherPid] = [root.process?.pid ?? 0, other.process?.pid ?? 0];
  if (pid !== 0 && otherPid !== 0) return pid === otherPid;
  if (root.kind !== 'uncaught' || other.kind !== 'uncaught') return true;
  return root.error.name === other.error.name && root.error.message === other.error.message;
}

function merged(a: Ending, b: Ending): Ending {
  const told = new Set(a.events.map(({ kind, lines }) => `${kind} ${lines[0]}`));
  const root = b.events.find(isRoot);
  const own = a.events.map((event) => (root && event.kind === root.kind ? mergedRoot(event, root) : event));
  const others = b.events.filter(
    (event) => event.kind !== root?.kind && !told.has(`${event.kind} ${event.lines[0]}`),
  );
  return {
    ...a,
    events: [...own, ...others].slice(0, 200),
    firstTime: a.firstTime || b.firstTime,
    lastTime: a.lastTime || b.lastTime,
    nodeVersion: a.nodeVersion || b.nodeVersion,
    commandLine: a.commandLine || b.commandLine,
    isReport: a.isReport && b.isReport,
  };
}

function mergedRoot(a: EndEvent, b: EndEvent): EndEvent {
  const process = a.process ?? b.process;
  const marked = process === undefined ? a : { ...a, process };
  if (marked.kind !== 'heap-limit' || b.kind !== 'heap-limit') return marked;
  const larger = marked.tooLarge === null ? b : marked;
  return {
    ...marked,
    tooLarge: larger.tooLarge,
    ...(larger.isTooLargeInferred && { isTooLargeInferred: true }),
    gc: marked.gc ?? b.gc,
  };
}
