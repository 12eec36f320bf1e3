// The map in src/README.md is true: every file that it names exists, and its table of rooms is the one that the arrows enforce.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ALLOWED } from './support/rooms.ts';

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const map = readFileSync(root('src/README.md'), 'utf8');

/** In backticks: a path in src, or from the root of the repository. A name within braces stands for any. */
const named = [...new Set([...map.matchAll(/`([^`\s]+)`/g)].map(([, name]) => name!))].filter(
  (name) => /^[\w.-]+(\/[\w.-]*)*$/.test(name) && /\/|\.(ts|mjs)$/.test(name) && !isWordWithSlash(name),
);

/** `culprit/testing` is how the package is imported. */
function isWordWithSlash(name: string): boolean {
  return name === 'culprit/testing';
}

/** In the section about a signal, files are named within its folder. */
const OF_A_SIGNAL = new Set(['wire.ts', 'decode.ts', 'read.ts', 'probe/']);

test('the map fits two screens and names files', () => {
  expect(map.split('\n').length).toBeLessThanOrEqual(130);
  expect(named.length).toBeGreaterThan(60);
});

test.each(named)('%s exists', (name) => {
  const places = [root(`src/${name}`), root(name)];
  if (OF_A_SIGNAL.has(name)) places.push(root(`src/signals/thread-pool/${name}`));
  expect(places.filter((place) => existsSync(place))).not.toEqual([]);
});

/** Room to what it may import, in the words of ALLOWED, sorted. */
function roomsOfMap(): Record<string, string[]> {
  const rows = [...map.matchAll(/^\| `(\w+)\/`(?:, (live|offline) half)? \|.*\| ([^|]*) \|$/gm)];
  return Object.fromEntries(
    rows.map(([, room, half, imports]) => [
      half === 'live' ? `live ${room}` : room!,
      imports === 'nothing' ? [] : imports!.split(', ').map(asAllowed).sort(),
    ]),
  );
}

/** "types of `model`", "live `signals`", "`model`" */
function asAllowed(cell: string): string {
  return cell.replaceAll('`', '').replace(/^types of /, 'type ');
}

test('the table of rooms says of each room what the arrows allow it', () => {
  const allowed = Object.fromEntries(Object.entries(ALLOWED).map(([room, list]) => [room, [...list].sort()]));
  expect(roomsOfMap()).toEqual(allowed);
});

test('the steps of a diagnosis name the files that call each other', () => {
  const text = (file: string) => readFileSync(root(`src/${file}`), 'utf8');
  const calls: [string, string][] = [
    ['cli/commands/diagnose.ts', 'work/diagnose.ts'],
    ['cli/work/diagnose.ts', 'live.ts'],
    ['cli/live.ts', 'record.ts'],
    ['cli/work/diagnose.ts', 'diagnose.ts'],
    ['diagnose.ts', 'analysis/facts.ts'],
    ['diagnose.ts', 'findings/verdict/judge.ts'],
    ['findings/verdict/judge.ts', 'rules.ts'],
    ['findings/verdict/judge.ts', 'join.ts'],
    ['findings/verdict/judge.ts', 'rank.ts'],
  ];
  expect(calls.filter(([from, to]) => !text(from).includes(`/${to}'`))).toEqual([]);
});
