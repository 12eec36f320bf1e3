// The words for where a thing of the heap is: owners, steps of a path, places, and a short name. Pure text; strings
// from a target are made inert by who prints them.

import { formatNumber } from '../../units/units.ts';
import type { HeapCollection, HeapOwner, HeapPlace, HeapStep, RetainerPath } from './heap-report.ts';

const LONGEST_NAME = 60;

export function shorten(name: string, longest = LONGEST_NAME): string {
  return name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
}

/** "src/session.js:12", relative to the program's folder; "" for no place. */
export function describePlace(place: HeapPlace | null, folder: string): string {
  if (!place) return '';
  const file = folder !== '' && place.file.startsWith(folder) ? place.file.slice(folder.length) : place.file;
  if (place.line === null) return file;
  const at = `${file}:${place.line}`;
  return place.variable !== null && !place.isDeclaration ? `used at ${at}` : at;
}

/** What the reader owns: "module variable `sessions`". */
export function describeOwner({ kind, name }: HeapOwner): string {
  const short = shorten(name);
  switch (kind) {
    case 'module-variable':
      return name === '' ? 'the variables of a module' : `module variable \`${short}\``;
    case 'module-export':
      return name === '' ? '`module.exports`' : `\`exports${access(short)}\``;
    case 'global':
      return name === '' ? 'the global object' : `\`global${access(short)}\``;
    case 'timer':
      return 'pending timers (setTimeout, setInterval)';
    case 'engine':
      return ENGINE_ROOTS.get(name) ?? `Node or V8 itself (${short})`;
  }
}

const ENGINE_ROOTS = new Map([
  ['(root)', 'the engine itself'],
  ['(Stack roots)', 'a function that is running'],
  ['(Handle scope)', 'native code that is running'],
  ['(Global handles)', 'native code (a handle)'],
  ['(Eternal handles)', 'Node itself'],
  ['(Micro tasks)', 'a queued microtask'],
]);

const IDENTIFIER = /^#?[\p{L}_$][\p{L}\p{N}_$]*$/u;

function access(name: string): string {
  if (name.startsWith('[')) return name;
  return IDENTIFIER.test(name) ? `.${name}` : `["${name}"]`;
}

export function describeStep(step: HeapStep): string {
  const times = step.repeats > 1 ? ` (${formatNumber(step.repeats)} times)` : '';
  return `${stepWords(step)}${times}`;
}

function stepWords({ kind, name }: HeapStep): string {
  const short = shorten(name);
  switch (kind) {
    case 'property':
      return access(short);
    case 'entry':
      return '[x]';
    case 'variable':
      return `variable \`${short}\``;
    case 'listener':
      return short === '' ? 'listeners of an event' : `listeners of "${short}"`;
    case 'reaction':
      return 'promise reaction (then, await)';
    case 'suspended-call':
      return 'a call suspended at await';
    case 'internal':
      return short;
  }
}

/** The thing in the reader's own words: `cache`, `app.locals.cache`, `bus`. */
export function nameOf({ path }: HeapCollection): string {
  const isRoot = path.owner.kind === 'engine' && path.owner.name === '(root)';
  let name = isRoot ? '' : path.owner.name || (path.owner.kind === 'module-export' ? 'module.exports' : '');
  for (const step of path.steps) {
    if (step.kind === 'property') name += access(step.name);
    else if (step.kind === 'entry') name += '[x]';
    else if (step.kind === 'variable') name = step.name;
    else if (step.name === 'value in a WeakMap') name = `${name} (as WeakMap key)`;
  }
  if (isRoot) name = name.replace(/^\./, '');
  return name.length > LONGEST_NAME ? `…${name.slice(1 - LONGEST_NAME)}` : name;
}

/** On one line: "module variable `bus` (src/bus.js:4) -> listeners of "message" -> [x]". */
export function describePath({ owner, steps }: RetainerPath, folder: string): string {
  const at = (text: string, place: HeapPlace | null) => {
    const where = describePlace(place, folder);
    return where === '' ? text : `${text} (${where})`;
  };
  const parts = [at(describeOwner(owner), owner.place)];
  for (const step of steps) parts.push(at(describeStep(step), step.place));
  return parts.join(' -> ');
}
