import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import type { HeapPlace } from '../../src/model/heap/heap-report.ts';
import { findDeclaration, resolveHeapPlaces } from '../../src/recording/heap/heap-places.ts';

const place = (script: string, line: number | null, variable: string | null): HeapPlace => ({
  script,
  file: script,
  line,
  column: line === null ? null : 1,
  variable,
  isDeclaration: variable === null && line !== null,
});
const reading = (files: Record<string, string>) => (path: string) => files[path];

describe('the line that declares a variable is found', () => {
  test.each([
    ['const sessions = new Map();', 1],
    ['// the sessions\n\nlet sessions;', 3],
    ['var a = 1,\n  sessions = {};', 2],
    ['import { log,\n  sessions } from "./log.js";', 2],
    ['import * as sessions from "./log.js";', 1],
    ['const { id, sessions } = require("./state");', 1],
    ['const [first, sessions] = pair();', 1],
    ['export const sessions = [];', 1],
    ['class sessions {}', 1],
    ['async function sessions() {}', 1],
    ['use(sessions.length);\nconst old_sessions = 1;\nconst sessions = 2;', 3],
  ])('in %j', (text, line) => {
    expect(findDeclaration(text, 'sessions', null)?.line).toBe(line - 1);
  });

  test.each(['sessions = 3;', 'use(sessions)', 'const my = { sessions: 1 };', 'const $sessions = 1;', ''])(
    'and not in %j',
    (text) => expect(findDeclaration(text, 'sessions', null)).toBeNull(),
  );

  test('among several of one name, it is the one before the function that uses it', () => {
    const text = [
      'function a() {',
      '  const cache = 1;',
      '}',
      'function b() {',
      '  const cache = 2;',
      '  return () => cache;',
      '}',
    ];
    expect(findDeclaration(text.join('\n'), 'cache', 6)?.line).toBe(4);
  });
});

test('a local variable of the same name does not hide the one of the module', () => {
  const text = 'const cache = 1;\nfunction a() {\n  const cache = 2;\n}\nfunction b() {\n  return cache;\n}';
  expect(findDeclaration(text, 'cache', 5)?.line).toBe(0);
});

test('a name that is no identifier is looked for nowhere', () => {
  expect(findDeclaration('const (.*)+$ = 1', '(.*)+$', null)).toBeNull();
});

test('a variable gets the place of its declaration, through the source map', () => {
  const source =
    'interface User { name: string }\n\nconst users: User[] = [];\nexport function add(user: User) { users.push(user); }\n';
  const { code, map } = transformSync(source, {
    loader: 'ts',
    sourcemap: true,
    sourcefile: '../src/users.ts',
    format: 'cjs',
    minifyWhitespace: true,
  });
  const built = `${code}//# sourceMappingURL=users.js.map\n`;
  const users = place('/app/dist/users.js', 1, 'users');
  resolveHeapPlaces([users], reading({ '/app/dist/users.js': built, '/app/dist/users.js.map': map }));
  expect(users).toMatchObject({ file: '/app/src/users.ts', line: 3, isDeclaration: true });
});

test('what cannot be read stays as the snapshot has it', () => {
  const places = [
    place('file:///gone/a.mjs', 7, 'lost'),
    place('node:events', 4, null),
    place('evalmachine.<anonymous>', 1, 'x'),
    place('/gone/b.js', null, null),
  ];
  resolveHeapPlaces(places, () => undefined);
  expect(places.map(({ file, line, isDeclaration }) => [file, line, isDeclaration])).toEqual([
    ['/gone/a.mjs', 7, false],
    ['node:events', 4, true],
    ['evalmachine.<anonymous>', 1, false],
    ['/gone/b.js', null, false],
  ]);
});
