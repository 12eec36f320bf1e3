// The arrows of the house, enforced: who may import whom, what loads only when asked for, and how files are named.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ALLOWED, roomOf } from './support/rooms.ts';

const SRC = resolve(dirname(fileURLToPath(import.meta.url)), '../src');

interface Import {
  from: string;
  /** A file of ours relative to src, or a package or Node module by name. */
  to: string;
  isTypeOnly: boolean;
  isLazy: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))
  .sort();
const textOf = new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));
const imports = files.flatMap(importsOf);

function importsOf(from: string): Import[] {
  const text = textOf.get(from)!;
  const found: Import[] = [];
  const statements = /^(?:import|export)\s+(type\s)?(?:([^'";]*?)\s*from\s+)?'([^']+)'/gm;
  for (const [, typeWord, names = '', specifier] of text.matchAll(statements)) {
    found.push({
      from,
      to: targetOf(from, specifier!),
      isTypeOnly: typeWord !== undefined || hasOnlyTypes(names),
      isLazy: false,
    });
  }
  for (const [, before, specifier] of text.matchAll(/(typeof\s+)?\bimport\(\s*'([^']+)'\s*\)/g)) {
    found.push({ from, to: targetOf(from, specifier!), isTypeOnly: before !== undefined, isLazy: true });
  }
  return found;
}

/** `{ type A, type B }` */
function hasOnlyTypes(names: string): boolean {
  const inner = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1];
  const list =
    inner
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean) ?? [];
  return list.length > 0 && list.every((name) => name.startsWith('type '));
}

/** Code that is imported as text (`?probe`, `?page`) is imported as well. */
function targetOf(from: string, specifier: string): string {
  return specifier.startsWith('.')
    ? relative(SRC, resolve(SRC, dirname(from), specifier.replace(/\?\w+$/, ''))).replaceAll('\\', '/')
    : specifier;
}

const isOurs = (to: string) => textOf.has(to);
const say = ({ from, to }: Import) => `${from} -> ${to}`;
/** Lists of names, without a validator: whoever may know the types of `wire` may know these. */
const NAMES = 'wire/report/names.ts';
/** Nowhere in src: what they give is prebuilt by build/viewers.mjs. */
const IN_THE_BUILD = /^$/;
const MOST_FILES_A_FOLDER = 16;
const ROOMS = [...new Set(files.map(roomOf))].filter((room) => room !== '');

test('the files and their imports were found, and every relative import leads to one of them', () => {
  expect(files.length).toBeGreaterThan(50);
  expect(imports.length).toBeGreaterThan(150);
  const lost = imports.filter(
    ({ to, from }) => !isOurs(to) && existsSync(join(SRC, dirname(from))) && /\.ts$/.test(to),
  );
  expect(lost.map(say)).toEqual([]);
});

describe('a room imports only', () => {
  test.each(ROOMS)('what lies further along: %s', (room) => {
    const allowed = ALLOWED[room];
    expect(allowed, `src/${room} is a new room: say here what it may import`).toBeDefined();
    const wrong = imports.filter(({ from, to, isTypeOnly }) => {
      if (roomOf(from) !== room || !isOurs(to) || roomOf(to) === room) return false;
      if (to === NAMES && allowed!.includes('type wire')) return false;
      const other = roomOf(to) || to;
      return (
        !allowed!.includes(other) &&
        !allowed!.some((entry) => entry === to || (entry.endsWith('/') && to.startsWith(entry))) &&
        !(isTypeOnly && allowed!.includes(`type ${other}`))
      );
    });
    expect(wrong.map(say)).toEqual([]);
  });

  test('nobody imports the command line', () => {
    expect(imports.filter(({ from, to }) => roomOf(to) === 'cli' && roomOf(from) !== 'cli').map(say)).toEqual(
      [],
    );
  });

  test('nobody imports the assertions for tests', () => {
    const users = imports.filter(({ to, from }) => roomOf(to) === 'testing' && roomOf(from) !== 'testing');
    expect(users.map(say)).toEqual([]);
  });

  test('in people’s tests runs none of what attaches, records or speaks', () => {
    const isAllowed = (to: string) =>
      /^(probe\/|signals\/.*\/(probe|requests)\/|recording\/sources\/(sources|script-position)\.ts)/.test(to);
    const far = imports.filter(
      ({ from, to }) =>
        roomOf(from) === 'testing' && /^(capture|probe|recording)\//.test(to) && !isAllowed(to),
    );
    expect(far.map(say)).toEqual([]);
  });

  test('of the findings, a report knows the registry of kinds only', () => {
    const known = imports.filter(({ from, to }) => roomOf(from) === 'report' && roomOf(to) === 'findings');
    expect(known.map(({ to }) => to).filter((to) => to !== 'findings/kinds.ts')).toEqual([]);
  });

  test('rules do not know each other', () => {
    const isRule = (file: string) => file.startsWith('findings/rules/');
    expect(imports.filter(({ from, to }) => isRule(from) && isRule(to)).map(say)).toEqual([]);
  });
});

describe('packages are used in one place:', () => {
  test.each([
    ['chrome-remote-interface', /^target\//],
    ['commander', /^cli\//],
    ['chalk', /^(cli|report)\//],
    ['cli-table3', /^(cli|report)\//],
    ['yocto-spinner', /^cli\//],
    ['tar-stream', /^recording\//],
    ['@jridgewell/trace-mapping', /^recording\//],
    ['valibot', /^(recording|wire|signals|mcp)\//],
    ['@valibot/to-json-schema', /^mcp\//],
    ['@modelcontextprotocol/server', /^mcp\//],
    ['yaml', /^recording\//],
    ['0x', IN_THE_BUILD],
    ['speedscope', IN_THE_BUILD],
    ['xmlbuilder', /^report\/compare\//],
    ['pprof-format', /^report\/pprof\.ts$/],
    ['vitest', /^testing\/runners\/vitest\.ts$/],
  ])('%s', (name, where) => {
    const users = imports.filter(({ to }) => to === name || to.startsWith(`${name}/`));
    expect(users.filter(({ from }) => !where.test(from)).map(say)).toEqual([]);
  });

  test('the pure rooms touch no file, process or network', () => {
    const pure = /^(model|analysis|findings)\//;
    const reach = imports.filter(({ from, to }) => pure.test(from) && !isOurs(to) && to !== 'node:crypto');
    expect(reach.map(say)).toEqual([]);
  });
});

test('whose code a path is runs in other processes: on its own', () => {
  const isInside = (file: string) => file.startsWith('model/owner/');
  expect(imports.filter(({ from, to }) => isInside(from) && !isInside(to)).map(say)).toEqual([]);
});

test('whose code a path is, is decided in one place', () => {
  const asks = /\[\\\\\/\]node_modules|\/node_modules\/'\)|startsWith\('node:'\)/;
  const others = files.filter((file) => file !== 'model/owner/owner.ts');
  expect(others.filter((file) => asks.test(textOf.get(file)!))).toEqual([]);
});

test('the sentences of warnings are a leaf of the report: units, and types of the wire', () => {
  const known = imports.filter(
    ({ from, to, isTypeOnly }) =>
      from === 'report/warnings.ts' && roomOf(to) !== 'units' && !(isTypeOnly && roomOf(to) === 'wire'),
  );
  expect(known.map(say)).toEqual([]);
});

test('units and defaults are leaves', () => {
  const leaves = imports.filter(
    ({ from, to }) => /^(units\/|defaults\.ts)/.test(from) && roomOf(to) !== 'units',
  );
  expect(leaves.map(say)).toEqual([]);
});

describe('what loads with what:', () => {
  /** Everything a file pulls in when it is loaded; types and lazy imports load nothing. */
  function reach(start: string, withLazy = false): Set<string> {
    expect(files).toContain(start);
    const seen = new Set<string>([start]);
    for (const file of seen) {
      for (const { from, to, isTypeOnly, isLazy } of imports)
        if (from === file && !isTypeOnly && (withLazy || !isLazy)) seen.add(to);
    }
    return seen;
  }
  const isHeavy = (to: string) => /^pprof-format(\/|$)/.test(to) || to.startsWith('report/flame/');

  test('recording never reaches pprof or the flame graphs, not even lazily', () => {
    expect([...reach('record.ts', true)].filter(isHeavy)).toEqual([]);
  });

  test('what goes into pods needs no package but the inspector’s client and the tar', () => {
    const packages = [...reach('recorder/main.ts', true)].filter(
      (to) => !isOurs(to) && !to.startsWith('node:'),
    );
    expect(packages.sort()).toEqual(['chrome-remote-interface', 'tar-stream']);
  });

  test('of the wire’s schemas, recording knows the types only', () => {
    const loaded = [...reach('record.ts', true), ...reach('recorder/main.ts', true)];
    expect(loaded.filter((to) => roomOf(to) === 'wire' && to !== NAMES)).toEqual([]);
  });

  test('recording judges nothing and renders nothing', () => {
    expect(
      [...reach('record.ts', true)].filter((to) => /^(analysis|findings|report|cli)\//.test(to)),
    ).toEqual([]);
  });

  test('diagnosing needs no flame graph, no inspector and no process', () => {
    const loaded = [...reach('diagnose.ts')];
    expect(loaded.filter(isHeavy)).toEqual([]);
    expect(loaded.filter((to) => roomOf(to) === 'target' || to === 'chrome-remote-interface')).toEqual([]);
  });

  test('settings are read without anything from npm, so that it fits into a pod', () => {
    const foreign = [...reach('capture/settings/settings.ts')].filter(
      (to) => !isOurs(to) && !to.startsWith('node:'),
    );
    expect(foreign).toEqual([]);
  });

  test('a watcher attaches to nothing, judges nothing and draws nothing itself: programs beside it do', () => {
    const loaded = [...reach('watch/watch.ts')];
    const isDear = (to: string) =>
      isHeavy(to) || to === 'chrome-remote-interface' || /^(record|diagnose)\.ts|^findings\//.test(to);
    expect(loaded.filter(isDear)).toEqual([]);
  });

  test('the rules of a watch, what it remembers and what it tells are judged without any process, file or network', () => {
    const pure =
      /^watch\/rules\/|^watch\/follow\/slots|^watch\/passive\/metrics-of|^watch\/tell\/(alerts|outbox|metrics-text|watch-metrics)/;
    const reaching = imports.filter(
      ({ from, to, isTypeOnly }) => pure.test(from) && !isTypeOnly && !isOurs(to),
    );
    expect(reaching.map(say)).toEqual([]);
  });

  test('judging settings needs no process, file or network', () => {
    expect([...reach('audit/audit.ts')].filter((to) => /^(target|capture|recording|cli)\//.test(to))).toEqual(
      [],
    );
  });

  test('the command line starts without the heavy parts', () => {
    const loaded = [...reach('cli/main.ts')];
    expect(
      loaded.filter(
        (to) =>
          isHeavy(to) ||
          /^(chrome-remote-interface|cli-table3|xmlbuilder|tar-stream|@jridgewell\/.*|valibot)$/.test(to),
      ),
    ).toEqual([]);
  });

  test('the command line starts with what its help needs, and loads the work of a command when it runs', () => {
    const loaded = [...reach('cli/main.ts')].filter(isOurs);
    const isLight = (file: string) =>
      /^cli\/(main|program|command-line|(commands|options|outputs)\/([a-z0-9-]+\/)?[a-z0-9-]+)\.ts$/.test(
        file,
      ) ||
      // Where a command is to write is looked at before it begins.
      file === 'recording/output-file.ts' ||
      !/^(cli|analysis|audit|comparison|findings|heap|mcp|recording|triage|watch|workload)\//.test(file);
    expect(loaded.filter((file) => !isLight(file))).toEqual([]);
    expect(loaded.filter((file) => file.startsWith('report/'))).toEqual(['report/escape.ts']);
  });

  test('no file imports itself over a circle of others, not even by types', () => {
    const direct = imports.filter(({ to, isLazy }) => isOurs(to) && !isLazy);
    const importsOf = new Map(files.map((file) => [file, direct.filter(({ from }) => from === file)]));
    const isOnCircle = (file: string) => {
      const seen = new Set(importsOf.get(file)!.map(({ to }) => to));
      for (const next of seen) for (const { to } of importsOf.get(next)!) seen.add(to);
      return seen.has(file);
    };
    expect(files.filter(isOnCircle)).toEqual([]);
  });
});

describe('files:', () => {
  test('no folder holds more than a person takes in at a glance', () => {
    const count = new Map<string, number>();
    for (const file of files) count.set(dirname(file), (count.get(dirname(file)) ?? 0) + 1);
    expect([...count].filter(([, files]) => files > MOST_FILES_A_FOLDER)).toEqual([]);
  });

  test('each opens with a comment that says what lives there', () => {
    expect(files.filter((file) => !/^(#!.*\n)?\/\/ \S.{20,}/.test(textOf.get(file)!))).toEqual([]);
  });

  test('none is a drawer for odds and ends', () => {
    const drawer = /(^|[-/])(utils?|helpers?|common|misc|shared|manager|base)(-|\.ts$|\/)/;
    expect(files.filter((file) => drawer.test(file))).toEqual([]);
  });

  test('names are kebab-case', () => {
    expect(files.filter((file) => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(file))).toEqual([]);
  });

  test('nothing is exported as a default', () => {
    expect(files.filter((file) => /^export default/m.test(textOf.get(file)!))).toEqual([]);
  });

  test('the exit code goes from the commands to where the process ends, and not past them', () => {
    expect(files.filter((file) => textOf.get(file)!.includes('process.exitCode ='))).toEqual([]);
  });

  test('only the command line writes to the terminal or ends the process', () => {
    const speaks = /\bconsole\.(log|error|warn)\(|process\.(stdout|stderr)\.write\(|process\.exit\(/;
    // Programs of their own: they run beside us.
    const ownPrograms = ['target/watcher.ts', 'workload/leash.ts', 'recorder/main.ts', 'watch/look/main.ts'];
    const others = files.filter(
      (file) =>
        roomOf(file) !== 'cli' &&
        !ownPrograms.includes(file) &&
        speaks.test(textOf.get(file)!.replaceAll(/^\s*(\/\/|\*).*$/gm, '')),
    );
    expect(others).toEqual([]);
  });
});
