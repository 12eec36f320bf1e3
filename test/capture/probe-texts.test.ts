// The code that is sent as text, as it is sent: how large it is, what it needs around it, and what it leaves behind.
import { createRequire } from 'node:module';
import { transform } from 'esbuild';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { bundleAsExpression } from '../../code-as-text.mjs';
import type { SettingsHandle } from '../../src/capture/settings/probe/settings-probe.ts';
import { keepAliveSource, probeSource, settingsProbeSource } from '../../src/probe/expressions.ts';
import { CONFIG, useProbes, walkWith } from '../support/probe-here.ts';

const SRC = new URL('../../src/', import.meta.url).pathname;

/** What each text may name beside its own variables: the language, and `process`. Timers and modules come from `require`. */
const LANGUAGE = ['Array', 'ArrayBuffer', 'Boolean', 'Map', 'Math', 'Number', 'Object', 'Reflect', 'String'];

interface Sent {
  file: string;
  kind: 'probe' | 'page';
  /** Minified, as pods get it. A fifth more than it was when this was written. */
  mostBytes: number;
  globals: string[];
}

const SENT: Sent[] = [
  {
    file: 'probe/install-probe.ts',
    kind: 'probe',
    mostBytes: 69_500,
    globals: [
      ...LANGUAGE,
      'AbortController',
      'ArrayBuffer',
      'Error',
      'EventTarget',
      'Function',
      'Proxy',
      'Reflect',
      'Set',
      'URL',
      'WeakMap',
      'WeakRef',
      'WeakSet',
      'decodeURIComponent',
      'process',
    ],
  },
  {
    file: 'signals/keep-alive/probe/keep-alive-list.ts',
    kind: 'probe',
    mostBytes: 18_600,
    globals: [...LANGUAGE, 'JSON', 'Reflect', 'Set', 'decodeURIComponent', 'process'],
  },
  {
    file: 'capture/settings/probe/settings-probe.ts',
    kind: 'probe',
    mostBytes: 12_500,
    globals: [...LANGUAGE, 'Function', 'Set', 'Symbol', 'WeakSet', 'decodeURIComponent', 'process'],
  },
  {
    file: 'report/flame/diff/page.ts',
    kind: 'page',
    mostBytes: 12_500,
    globals: [...LANGUAGE, 'Error', 'Float64Array'],
  },
];

describe.each(SENT)('the text of $file', ({ file, kind, mostBytes, globals }) => {
  test('is an expression whose value is one function', async () => {
    const value: unknown = new Function(`return ${await bundleAsExpression(SRC + file, kind)}`)();
    expect(value).toBeTypeOf('function');
  });

  test('is no larger than it has to be', async () => {
    expect((await bundleAsExpression(SRC + file, kind, true)).length).toBeLessThan(mostBytes);
  });

  test.each([false, true])(
    'names nothing but the language and the process (minified: %s)',
    async (minify) => {
      const text = await bundleAsExpression(SRC + file, kind, minify);
      expect(freeNames(text).filter((name) => !globals.includes(name))).toEqual([]);
    },
  );

  test('has no syntax that its oldest reader does not know', async () => {
    const text = await bundleAsExpression(SRC + file, kind);
    const target = kind === 'probe' ? 'node16' : 'es2020';
    const [lowered, same] = await Promise.all([transform(text, { target }), transform(text)]);
    expect(lowered.code).toBe(same.code);
  });
});

/** Names that no declaration in the text explains. */
function freeNames(text: string): string[] {
  const name = 'text.js';
  const host: ts.CompilerHost = {
    getSourceFile: (asked, version) =>
      asked === name ? ts.createSourceFile(name, text, version, true) : undefined,
    getDefaultLibFileName: () => 'lib.d.ts',
    writeFile: () => {},
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (asked) => asked,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (asked) => asked === name,
    readFile: () => undefined,
  };
  const options = { allowJs: true, checkJs: true, noLib: true, noResolve: true, types: [] };
  const program = ts.createProgram({ rootNames: [name], options, host });
  const found = program
    .getSemanticDiagnostics(program.getSourceFile(name))
    .filter(({ messageText }) => /^Cannot find name /.test(ts.flattenDiagnosticMessageText(messageText, '')))
    .map(({ start = 0, length = 0 }) => text.slice(start, start + length));
  return [...new Set(found)].sort();
}

describe('in a process', () => {
  const install = useProbes();
  const globals = () => Reflect.ownKeys(globalThis).map(String).sort();
  const evaluate = (source: string): unknown =>
    new Function('require', `return ${source}`)(createRequire(import.meta.url));

  test('the probe has no global, neither while it is there nor afterwards', () => {
    const before = globals();
    const probe = install();
    probe.sample();
    walkWith(probe, 1_000, 3);
    probe.findPools(1_000, false);
    expect(globals()).toEqual(before);
    probe.stop();
    expect(globals()).toEqual(before);
    expect(probe.sample()).toEqual({ stopped: true });
  });

  test('the settings probe has no global, neither while it is there nor afterwards', () => {
    const before = globals();
    const config = { url: 'culprit:probe', closeInspector: false, leaseMillis: 10_000 };
    const probe = evaluate(settingsProbeSource(config)) as SettingsHandle;
    expect(globals()).toEqual(before);
    expect(probe.finish()).toMatchObject({
      flags: expect.any(Array),
      signals: { SIGINT: expect.any(Number) },
    });
    expect(globals()).toEqual(before);
    expect(probe.finish()).toBe('its time was over');
  });

  test('the list of what keeps it alive has no global', () => {
    const before = globals();
    expect(evaluate(keepAliveSource())).toMatchObject({ list: expect.any(Function) });
    expect(globals()).toEqual(before);
  });

  test('all code has the name by which its cost is told apart', () => {
    const settings = { url: 'culprit:probe', closeInspector: false, leaseMillis: 1 };
    const sources = [probeSource(CONFIG), keepAliveSource(), settingsProbeSource(settings)];
    for (const source of sources) expect(source).toMatch(/\n\/\/# sourceURL=culprit:probe$/);
  });
});
