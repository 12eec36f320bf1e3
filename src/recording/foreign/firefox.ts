// Profiles of Firefox, as its profiler saves them: tables of columns, one set for each thread or, lately, one for all.
// What a browser started from the command line writes has rows instead; they are turned into columns first.
import { asNumber, isObject, listIn, numberIn, objectIn, textIn } from '../../model/decode/unknown-json.ts';
import type { RawFrame } from '../../model/frame.ts';
import { createRawProfile, type ForeignProfile, stateFrame } from './raw-profile.ts';

export function isFirefox(content: unknown): content is Record<string, unknown> {
  return isObject(content) && isObject(content.meta) && Array.isArray(content.threads);
}

const MAX_DEPTH = 2_000;

/** One for each thread that ran JavaScript, the one with most samples of it first. */
export function fromFirefox(content: Record<string, unknown>): ForeignProfile[] {
  const idle = listIn(content.meta, 'categories').findIndex(
    (category) => textIn(category, 'name') === 'Idle',
  );
  const processes = [content, ...listIn(content, 'processes').filter(isFirefox)];
  return processes
    .flatMap((each) => listIn(each, 'threads').map((thread) => readThread(thread, each, idle)))
    .filter(({ scripted }) => scripted > 0)
    .sort((a, b) => b.scripted - a.scripted)
    .map(({ name, profile }) => ({ kind: 'cpu-profile', threadName: name, content: profile }));
}

interface Columns {
  column(name: string): unknown[];
}

/** `{ schema: { stack: 0 }, data: [[3, ...]] }`, or `{ stack: [3, ...] }`. */
function columnsOf(table: unknown): Columns {
  const schema = objectIn(objectIn(table).schema);
  const rows = listIn(table, 'data');
  return {
    column(name) {
      const at = numberIn(schema, name);
      if (at === null) return listIn(table, name);
      return rows.map((row) => (Array.isArray(row) ? row[at] : undefined));
    },
  };
}

interface Thread {
  name: string;
  /** Samples with JavaScript on the stack. */
  scripted: number;
  profile: object;
}

function readThread(thread: unknown, process: unknown, idle: number): Thread {
  const shared = objectIn(objectIn(process).shared);
  const table = (name: string) => columnsOf(objectIn(thread)[name] ?? shared[name]);
  const frameOf = frameReader(table, textTable(thread, shared), objectIn(thread), shared);
  const stacks = table('stackTable');
  const [frames, prefixes] = [stacks.column('frame'), stacks.column('prefix')];
  const categories = stacks.column('category');
  const profile = createRawProfile();
  const placed = new Map<number, { node: number; isScript: boolean }>();
  const place = (leaf: number) => {
    const path: number[] = [];
    let at = leaf;
    while (at >= 0 && at < frames.length && !placed.has(at) && path.length < MAX_DEPTH) {
      path.push(at);
      // A prefix comes before what it is a prefix of: anything else is a cycle.
      const prefix = asNumber(prefixes[at]);
      at = prefix < at ? prefix : -1;
    }
    let found = placed.get(at) ?? { node: profile.root, isScript: false };
    for (const each of path.reverse()) {
      const frame = frameOf(asNumber(frames[each]));
      found = { node: profile.node(found.node, frame), isScript: found.isScript || frame.url !== '' };
      placed.set(each, found);
    }
    return found;
  };
  const idleNode = profile.node(profile.root, stateFrame('(idle)'));
  const programNode = profile.node(profile.root, stateFrame('(program)'));
  let scripted = 0;
  for (const { stack, at } of samplesOf(table('samples'))) {
    if (!(stack >= 0)) profile.sample(programNode, at);
    else if (idle >= 0 && categories[stack] === idle) profile.sample(idleNode, at);
    else {
      const { node, isScript } = place(stack);
      if (isScript) scripted++;
      profile.sample(node, at);
    }
  }
  return { name: textIn(thread, 'name') || 'thread', scripted, profile: profile.finish() };
}

/** Times are in milliseconds, each from the start or, in newer files, from the one before. */
function samplesOf(samples: Columns): { stack: number; at: number }[] {
  const times = samples.column('time');
  const deltas = samples.column('timeDeltas');
  let sum = 0;
  return samples.column('stack').map((stack, i) => {
    sum += Math.max(0, asNumber(deltas[i]) || 0);
    const millis = times.length > 0 ? asNumber(times[i]) : sum;
    return { stack: asNumber(stack), at: millis * 1_000 };
  });
}

function textTable(thread: unknown, shared: unknown): (index: unknown) => string {
  const lists = [listIn(thread, 'stringArray'), listIn(thread, 'stringTable'), listIn(shared, 'stringArray')];
  const texts = lists.find((list) => list.length > 0) ?? [];
  return (index) => {
    const text = texts[asNumber(index)];
    return typeof text === 'string' ? text : '';
  };
}

function frameReader(
  table: (name: string) => Columns,
  text: (index: unknown) => string,
  thread: Record<string, unknown>,
  shared: Record<string, unknown>,
): (frame: number) => RawFrame {
  const frames = table('frameTable');
  const [func, line, column] = [frames.column('func'), frames.column('line'), frames.column('column')];
  const locations = frames.column('location');
  const functions = table('funcTable');
  const names = functions.column('name');
  const [fileNames, sources] = [functions.column('fileName'), functions.column('source')];
  const sourceNames = columnsOf(thread.sources ?? shared.sources).column('filename');
  const [lines, columns] = [functions.column('lineNumber'), functions.column('columnNumber')];
  const isScripts = functions.column('isJS');
  return (frame) => {
    if (locations.length > 0) return fromLocation(text(locations[frame]));
    const at = asNumber(func[frame]);
    const file = fileNames.length > 0 ? text(fileNames[at]) : text(sourceNames[asNumber(sources[at])]);
    const functionName = text(names[at]);
    if (isScripts[at] !== true || file === '') return stateFrame(functionName || '(native)');
    const [from, fromColumn] = [firstNumber(lines[at], line[frame]), firstNumber(columns[at], column[frame])];
    return { functionName, url: file, lineNumber: from - 1, columnNumber: fromColumn - 1 };
  };
}

function firstNumber(...values: unknown[]): number {
  return values.map(asNumber).find(Number.isFinite) ?? 0;
}

/** "render (http://localhost/app.js:12:3)"; the place is where the function begins. */
function fromLocation(location: string): RawFrame {
  const found = /^(.*?) ?\((.+?):(\d+)(?::(\d+))?\)$/s.exec(location);
  if (!found) return stateFrame(location || '(native)');
  const [, functionName = '', url = '', line, column = '0'] = found;
  return { functionName, url, lineNumber: Number(line) - 1, columnNumber: Number(column) - 1 };
}
