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
    mostBytes: 84_500,
    globals: [
      ...LANGUAGE,
      'AbortController',
      'ArrayBuffer',
      'Error',
      'EventTarget',
      'Function',
      'Promise',
      'Proxy',
      'Reflect',
      'Set',
      'URL',
      'Uint8Array',
      'WeakMap',
      'WeakRef',
      'FinalizationRegistry',
      'WeakSet',
      'decodeURIComponent',
      'process',
    ],
  },
  {
    file: 'signals/keep-alive/probe/keep-alive-list.ts',
    kind: 'probe',
    mostBytes: 20_300,
    globals: [...LANGUAGE, 'JSON', 'Reflect', 'Set', 'decodeURIComponent', 'process'],
  },
  {
    file: 'capture/settings/probe/settings-probe.ts',
    kind: 'probe',
    mostBytes: 13_500,
    globals: [...LANGUAGE, 'Function', 'Set', 'Symbol', 'WeakSet', 'decodeURIComponent', 'process'],
  },
  {
    file: 'target/holding/probe/claim-target.ts',
    kind: 'probe',
    mostBytes: 4_000,
    globals: [...LANGUAGE, 'process'],
  },
  {
    file: 'target/holding/probe/release-target.ts',
    kind: 'probe',
    mostBytes: 4_000,
    globals: [...LANGUAGE, 'process'],
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

/**
 * The inspector evaluates where it has interrupted the program, also in the middle of a regular expression. V8 before Node.js 22 does
 * not stand a second one there: the process ends (Node 16.20.2: 20 of 20 processes within a second, Node 20.20.2: 14 of 150). Without
 * one in what is evaluated: none of 32 and none of 60.
 */
test.each(SENT.filter(({ kind }) => kind === 'probe'))(
  'the text of $file uses no regular expression',
  async ({ file }) => {
    expect(regularExpressionsIn(await bundleAsExpression(SRC + file, 'probe'))).toEqual([]);
  },
);

test('what uses a regular expression is told from what does not', () => {
  const uses = [
    '/a/',
    'new RegExp(b)',
    'RegExp(b)',
    "c.match('d')",
    'c.search(d)',
    'c.replace(d, e)',
    "c['split'](d)",
  ];
  const others = ["c.split('d')", "c.replace('d', e)", 'f / g / h', "'/a/'", 'c.split', 'replace(d)'];
  expect(uses.map((text) => regularExpressionsIn(text))).toEqual(uses.map((text) => [text]));
  expect(others.flatMap((text) => regularExpressionsIn(text))).toEqual([]);
});

const MAKES_ONE = ['match', 'matchAll', 'search'];
const TAKES_ONE = ['replace', 'replaceAll', 'split'];

/** Literals, constructions, and methods of strings that make one of their argument, or may be given one. */
function regularExpressionsIn(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (usesOne(node)) found.push(node.getText());
    else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('text.js', text, ts.ScriptTarget.Latest, true));
  return found;
}

function usesOne(node: ts.Node): boolean {
  if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) return true;
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return false;
  const { expression, arguments: [first] = [] } = node;
  if (ts.isIdentifier(expression)) return expression.text === 'RegExp';
  const name = ts.isPropertyAccessExpression(expression)
    ? expression.name.text
    : ts.isElementAccessExpression(expression) && ts.isStringLiteral(expression.argumentExpression)
      ? expression.argumentExpression.text
      : '';
  const isText = first !== undefined && ts.isStringLiteralLike(first);
  return MAKES_ONE.includes(name) || (TAKES_ONE.includes(name) && !isText);
}

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
    expect(probe.finish()).toBe('it took too long');
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
