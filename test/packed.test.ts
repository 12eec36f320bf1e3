// What `npm install culprit` gives somebody: the package as it is packed, installed without a network into an empty folder.
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildRawCpuProfile } from './support/build-profile.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MOST_BYTES = 12e6;
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** No proxy could be meant for these tests: whoever asks for a network fails. */
const OFFLINE = { ...process.env, npm_config_offline: 'true', npm_config_update_notifier: 'false' };

let folder: string;
let tarball: string;
let installed: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'culprit-packed-'));
  const [packed] = JSON.parse(npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  tarball = join(folder, packed.filename);
  npm(folder, 'install', '--ignore-scripts', tarball);
  installed = join(folder, 'node_modules/culprit');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const npm = (cwd: string, ...args: string[]) =>
  execFileSync('npm', args, { cwd, env: OFFLINE, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const node = (...args: string[]) =>
  execFileSync(process.execPath, args, {
    cwd: folder,
    env: { ...OFFLINE, NODE_OPTIONS: '' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const culprit = (...args: string[]) => node(join(folder, 'node_modules/.bin/culprit'), ...args);

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((file) => lstatSync(file).isFile());
}

test('one package is installed, of less than 12 MB', () => {
  const lock = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'));
  expect(Object.keys(lock.packages)).toEqual(['node_modules/culprit']);
  const bytes = filesIn(join(folder, 'node_modules')).reduce((sum, file) => sum + lstatSync(file).size, 0);
  expect(bytes).toBeLessThan(MOST_BYTES);
});

test('its code loads nothing but itself, Node.js and the test runner of whoever uses it', () => {
  const code = filesIn(join(installed, 'dist')).filter((file) => /\.c?js$/.test(file));
  expect(code.length).toBeGreaterThan(20);
  const known = new Set([...builtinModules, 'vitest']);
  const loaded = /^(?:import|export)\b[^"'`;]*?["']([^"'\n]+)["'];?$|\bimport\("([^"\n]+)"\)/gm;
  const others = code.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(loaded)]
      .map(([, plain, lazy]) => (plain ?? lazy)!)
      .filter((name) => !/^(\.|node:)/.test(name) && !known.has(name)),
  );
  expect(others).toEqual([]);
});

test('it answers', () => {
  expect(culprit('--version')).toBe(`${MANIFEST.version}\n`);
  expect(culprit('explain', 'heap-leak')).toContain('heap-leak');
});

describe('where there is nothing but Node.js and npm', () => {
  /** A home of its own: no cache, no configuration. */
  const bare = (program: string, ...args: string[]) => {
    const home = mkdtempSync(join(folder, 'home-'));
    return execFileSync(program, args, {
      cwd: home,
      env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: home, npm_config_offline: 'true' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };

  test('npx runs it', () => {
    expect(bare('npx', '--yes', '--package', tarball, 'culprit', 'explain', 'heap-leak')).toContain(
      'heap-leak',
    );
  });

  test('a global installation has its programs and its manual page on their paths', () => {
    const prefix = join(folder, 'global');
    bare('npm', 'install', '--global', '--prefix', prefix, tarball);
    expect(bare(join(prefix, 'bin/culprit'), '--version')).toBe(`${MANIFEST.version}\n`);
    const plugin = bare(join(prefix, 'bin/kubectl-culprit'), 'shop', '-n', 'prod', '--dry-run');
    expect(plugin).toContain('kubectl --namespace prod exec -i shop -- node');
    expect(readFileSync(join(prefix, 'share/man/man1/culprit.1'), 'utf8')).toMatch(/^\.TH CULPRIT 1 /);
  });
});

describe.each(['speedscope', '0x'])('flame --renderer %s', (renderer) => {
  test('writes a page with the viewer and the profile in it', () => {
    const profile = join(folder, `${renderer}.cpuprofile`);
    const page = join(folder, `${renderer}.html`);
    writeFileSync(profile, JSON.stringify(buildRawCpuProfile([['main:/app/a.js:1 > work:/app/b.js:7', 20]])));
    culprit('flame', profile, '--renderer', renderer, '--out', page);
    const html = readFileSync(page, 'utf8');
    const { version } = JSON.parse(
      readFileSync(join(ROOT, 'node_modules', renderer, 'package.json'), 'utf8'),
    );
    expect(html).toContain(`<!-- Viewer: ${renderer} ${version}`);
    expect(html).toContain('work');
  });
});

describe('culprit/testing', () => {
  const SHOW = 'console.log(Object.keys(testing).sort().join())';

  test('is the same as ES module and as CommonJS, without a package beside it', () => {
    const asModule = node('--input-type=module', '-e', `import * as testing from 'culprit/testing'; ${SHOW}`);
    const asCommonJs = node('-e', `const testing = require('culprit/testing'); ${SHOW}`);
    expect(asModule).toContain('expectNoLeak');
    expect(asCommonJs).toBe(asModule);
  });
});

describe('the licences of what is bundled', () => {
  const bundled = Object.keys(MANIFEST.devDependencies).filter((name) => isImported(name));

  function isImported(name: string): boolean {
    const sources = [...filesIn(join(ROOT, 'src')), join(ROOT, 'build/viewers.mjs')];
    return sources.some((file) =>
      new RegExp(`(import (?!type)[^;]*from |import\\(|resolve\\()'${name}(/[^']*)?'`).test(
        readFileSync(file, 'utf8'),
      ),
    );
  }

  test('are asked of the packages that the code imports', () => {
    expect(bundled).toEqual(expect.arrayContaining(['0x', 'commander', 'speedscope', 'valibot']));
  });

  test.each(bundled.filter((name) => name !== 'vitest'))('are there: %s', (name) => {
    const text = readFileSync(join(installed, 'dist/THIRD-PARTY-LICENCES.txt'), 'utf8');
    const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8'));
    expect(text).toMatch(new RegExp(`^${name} ${version} \\([\\w.-]+\\)\\n\\n\\S`, 'm'));
  });
});
