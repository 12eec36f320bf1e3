// The function around a place in a source, by indentation.
import { expect, test } from 'vitest';
import { enclosingFunction } from '../../src/recording/sources/enclosing-function.ts';

/** The function around the mark in a source. */
function around(source: string): string | null {
  const lines = source.split('\n');
  const line = lines.findIndex((text) => text.includes('@'));
  return enclosingFunction(lines, line, lines[line]!.indexOf('@'));
}

test.each<[what: string, source: string, name: string | null]>([
  [
    'a declaration',
    'export function remember(id: number): Session {\n  const a = 1;\n\n  sessions.set(@id);\n}',
    'remember',
  ],
  ['an async generator', 'async function* rows() {\n  yield @x;\n}', 'rows'],
  ['its head', 'export function remember(id: number): Session @{', 'remember'],
  [
    'a head of several lines',
    'export async function ship(\n  order: number,\n): Promise<string> {\n  await @x;\n}',
    'ship',
  ],
  [
    'what is nested in it',
    'function total() {\n  for (const a of b) {\n    if (a) {\n      sum += @a;\n    }\n  }\n}',
    'total',
  ],
  ['an arrow function', 'const total = (items: Item[]): number => {\n  return @items;\n};', 'total'],
  ['an arrow function in one line', 'const total = (items) => items.map(@x);', 'total'],
  ['a typed variable', 'export const handler: Handler = async (event) => {\n  @x;\n};', 'handler'],
  ['an assignment', 'exports.handle = function (req) {\n  @x;\n};', 'handle'],
  ['a property', 'const routes = {\n  list: async (req) => {\n    @x;\n  },\n};', 'list'],
  [
    'a method',
    'class Shop {\n  private async total(items: Item[]): Promise<number> {\n    @x;\n  }\n}',
    'total',
  ],
  [
    'a private method of several lines',
    'class Shop {\n  #total(\n    items: Item[],\n  ) {\n    @x;\n  }\n}',
    'total',
  ],
  ['the head of a method', 'class Shop {\n  total(@items) {\n  }\n}', 'total'],
  [
    'a method of an object',
    'const shop = {\n  total(items) {\n    return {\n      sum: @x,\n    };\n  },\n};',
    'total',
  ],
  [
    'a callback, which has none',
    "function start() {\n  app.get('/', (req, res) => {\n    @x;\n  });\n}",
    null,
  ],
  [
    'a callback of a plain call, which has none',
    'function start() {\n  setTimeout(function () {\n    @x;\n  }, 5);\n}',
    null,
  ],
  ['an argument of a call', 'function start() {\n  send({\n    id: @x,\n  });\n}', 'start'],
  ['arguments in lines of their own', 'function start() {\n  send(\n    @x,\n  );\n}', 'start'],
  ['a condition', 'function start() {\n  if (open(a)) {\n    @x;\n  }\n}', 'start'],
  ['a module', 'const a = 1;\nsend(@x);', null],
  ['a field of a class', 'class Shop {\n  items = new Map(@x);\n}', null],
  ['no line', '@', null],
])('of %s', (_, source, name) => {
  expect(around(source)).toBe(name);
});

test('a place that the source does not have is in none', () => {
  expect(enclosingFunction(['a'], 7, 0)).toBe(null);
});
