// Whose code a path is, for every way in which programs and packages are installed.
import { describe, expect, test } from 'vitest';
import { type Owner, ownerOf, plainPath } from '../../../src/model/owner/owner.ts';
import { type PackageInPath, packageOf } from '../../../src/model/owner/package-in-path.ts';

/** path, owner, "name@version" of its package and the folder of that */
type Row = [what: string, path: string, owner: Owner, name?: string, folder?: string];

const HASH = '0123456789';

const ROWS: Row[] = [
  ['a file of the program', '/app/src/a.js', 'app'],
  ['a file of a program on Windows', 'C:\\app\\src\\a.js', 'app'],
  ['an ES module of the program', 'file:///app/src/m%20y/a.mjs?x=node_modules/y', 'app'],
  ['an ES module on Windows', 'file:///C:/app/src/a.mjs', 'app'],
  ['a folder that is only called alike', '/app/my_node_modules/a/b.js', 'app'],
  ['a folder called lib/node in the program', '/app/lib/node/a.js', 'app'],
  ['a folder called internal in the program', '/app/internal/a.js', 'app'],
  ['a folder called like a module of Node', '/app/fs/events.js', 'app'],
  ['the text of a single executable', 'server.js', 'app'],
  ['code given with -e', '[eval]', 'app'],
  ['code given to a worker', '[worker eval]', 'app'],
  ['code typed in', 'REPL1', 'app'],
  ['code from standard input', '[stdin]', 'app'],
  ['code that vm runs', 'evalmachine.<anonymous>', 'app'],
  ['a module that vm runs', 'vm:module(0)', 'app'],
  ['code of a data URL, whatever it holds', 'data:text/javascript,"/node_modules/x/"', 'app'],
  ['a package', '/app/node_modules/lru/index.js', 'library', 'lru', '/app/node_modules/lru'],
  ['a package by a relative path', 'node_modules/lru/i.js', 'library', 'lru', 'node_modules/lru'],
  ['a package of one file', '/app/node_modules/one.js', 'library', 'one.js', '/app/node_modules/one.js'],
  ['a scoped package', '/app/node_modules/@a/b/i.js', 'library', '@a/b', '/app/node_modules/@a/b'],
  [
    'a package inside of a package',
    '/app/node_modules/a/node_modules/b/i.js',
    'library',
    'b',
    '/app/node_modules/a/node_modules/b',
  ],
  [
    'a scoped package on Windows',
    'C:\\app\\node_modules\\@a\\b\\i.js',
    'library',
    '@a/b',
    'C:\\app\\node_modules\\@a\\b',
  ],
  [
    'a package as a URL with escapes',
    'file:///my%20app/node_modules/%40a/b/i.mjs',
    'library',
    '@a/b',
    '/my app/node_modules/@a/b',
  ],
  [
    'a package as a URL on Windows',
    'file:///C:/app/node_modules/x/i.mjs',
    'library',
    'x',
    'C:\\app\\node_modules\\x',
  ],
  [
    'a global package',
    '/usr/local/lib/node_modules/npm/lib/cli.js',
    'library',
    'npm',
    '/usr/local/lib/node_modules/npm',
  ],
  [
    'a package of Debian',
    '/usr/share/nodejs/express/index.js',
    'library',
    'express',
    '/usr/share/nodejs/express',
  ],
  ['a package in lib/node', '/usr/lib/node/x/i.js', 'library', 'x', '/usr/lib/node/x'],
  [
    'a package of pnpm',
    '/app/node_modules/.pnpm/express@4.18.2/node_modules/express/i.js',
    'library',
    'express@4.18.2',
    '/app/node_modules/.pnpm/express@4.18.2/node_modules/express',
  ],
  [
    'a scoped package of pnpm with its peers',
    '/app/node_modules/.pnpm/@a+b@1.0.0-rc.1_react@18.2.0/node_modules/@a/b/i.js',
    'library',
    '@a/b@1.0.0-rc.1',
    '/app/node_modules/.pnpm/@a+b@1.0.0-rc.1_react@18.2.0/node_modules/@a/b',
  ],
  [
    'what a package of pnpm needs, whose version the path does not tell',
    '/app/node_modules/.pnpm/express@4.18.2(peer@1.0.0)/node_modules/qs/i.js',
    'library',
    'qs',
    '/app/node_modules/.pnpm/express@4.18.2(peer@1.0.0)/node_modules/qs',
  ],
  ['a file of the store itself', '/app/node_modules/.pnpm/lock.js', 'library'],
  [
    "a package in Yarn's zip",
    `/app/.yarn/cache/pg-npm-8.11.3-${HASH}-8.zip/node_modules/pg/lib/i.js`,
    'library',
    'pg@8.11.3',
    `/app/.yarn/cache/pg-npm-8.11.3-${HASH}-8.zip/node_modules/pg`,
  ],
  [
    "a scoped package in Yarn's virtual folder",
    `/app/.yarn/__virtual__/@a-b-virtual-abc/0/cache/@a-b-npm-2.0.0-beta.1-${HASH}.zip/node_modules/@a/b/i.js`,
    'library',
    '@a/b@2.0.0-beta.1',
    `/app/.yarn/__virtual__/@a-b-virtual-abc/0/cache/@a-b-npm-2.0.0-beta.1-${HASH}.zip/node_modules/@a/b`,
  ],
  [
    'a package that Yarn unplugged',
    `/app/.yarn/unplugged/sharp-npm-0.33.0-${HASH}/node_modules/sharp/i.js`,
    'library',
    'sharp@0.33.0',
    `/app/.yarn/unplugged/sharp-npm-0.33.0-${HASH}/node_modules/sharp`,
  ],
  [
    'a workspace of the program in a virtual folder',
    '/app/.yarn/__virtual__/web-virtual-1/1/packages/web/a.js',
    'app',
  ],
  ['Yarn itself', '/app/.yarn/releases/yarn-4.1.0.cjs', 'library'],
  ["Yarn's loader", '/app/.pnp.cjs', 'library'],
  ['a file in a bundle', 'webpack://shop/./src/a.ts', 'app'],
  [
    'a package in a bundle',
    'webpack-internal:///(rsc)/./node_modules/@a/b/i.js',
    'library',
    '@a/b',
    'webpack-internal:///(rsc)/./node_modules/@a/b',
  ],
  ["a bundler's own part of a bundle", 'webpack://shop/webpack/runtime/chunk', 'library'],
  ['a part of Node', 'node:internal/timers', 'node'],
  ['a part of Node with a schemed name', 'node:fs/promises', 'node'],
  ['a part of an old Node', 'internal/timers.js', 'node'],
  ['a module of an old Node', 'events.js', 'node'],
  ['a hidden module of an old Node', '_http_server.js', 'node'],
  ['what runs the code of -e', '[eval]-wrapper', 'node'],
  ['a built-in of V8', '', 'node'],
  ['code without a name', '<anonymous>', 'node'],
  ["a part of Electron's", 'node:electron/js2c/browser_init', 'node'],
  ['a part of Node 4', 'node.js', 'node'],
  ['a built-in of an old V8', 'native array.js', 'node'],
  ["a part of Bun's", 'bun:main', 'node'],
  ["a part of Deno's", 'ext:core/01_core.js', 'node'],
  ['WebAssembly without a file', 'wasm://wasm/0002c4be', 'node'],
  ["a part of an older Electron's", 'electron/js2c/asar_bundle.js', 'node'],
  ['the probe', 'culprit:probe', 'own'],
  [
    'assertions in tests',
    '/app/node_modules/culprit/dist/testing.js',
    'own',
    'culprit',
    '/app/node_modules/culprit',
  ],
];

const told = (found: PackageInPath | null) =>
  found && `${found.name}${found.version === null ? '' : `@${found.version}`}`;

describe('a path tells whose code it is:', () => {
  test.each(ROWS)('%s', (_, path, owner, name, folder) => {
    expect(ownerOf(path)).toBe(owner);
    expect(told(packageOf(path))).toBe(name ?? null);
    expect(packageOf(path)?.folder).toBe(folder);
  });
});

test.each([
  ['/app/a.js', '/app/a.js'],
  ['file:///app/%C3%A9%20b.mjs?v=1#x', '/app/é b.mjs'],
  ['file:///c:/app/a.mjs', 'c:\\app\\a.mjs'],
  ['file:///C:/Users/ann/My%20Shop/src/rank.js', 'C:\\Users\\ann\\My Shop\\src\\rank.js'],
  ['file:///app/%zz.mjs', '/app/%zz.mjs'],
  ['node:fs', 'node:fs'],
  ['/app/what?.js', '/app/what?.js'],
])('%s is the path %s', (url, path) => {
  expect(plainPath(url)).toBe(path);
});
