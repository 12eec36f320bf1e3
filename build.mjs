// Builds into dist/: the command line tool, one entry with the heavy viewers split off so that they load only when a
// flame graph is asked for; and culprit/testing, as ES module and CommonJS, with its types.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { codeAsText } from './code-as-text.mjs';

const root = new URL('./', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

// The inspector's client brings a description of the whole protocol, a megabyte that nothing of ours reads.
const leanInspectorClient = {
  name: 'lean-inspector-client',
  setup: ({ onLoad }) =>
    onLoad({ filter: /chrome-remote-interface\/lib\/protocol\.json$/ }, () => ({
      contents: '{"domains":[]}',
      loader: 'json',
    })),
};

// An inspector speaks no TLS, and to load it takes 4 MB.
const noTls = {
  name: 'no-tls',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(https|tls)$/ }, ({ path }) => ({ path, namespace: 'no-tls' }));
    onLoad({ filter: /.*/, namespace: 'no-tls' }, () => ({ contents: 'module.exports = {}', loader: 'js' }));
  },
};

rmSync(new URL('./dist', import.meta.url), { recursive: true, force: true });
await build({
  entryPoints: {
    culprit: 'src/cli/main.ts',
    watcher: 'src/target/watcher.ts',
    'watch-look': 'src/watch/look/main.ts',
    leash: 'src/workload/leash.ts',
    'heap-thread': 'src/recording/heap/heap-thread.ts',
  },
  outdir: 'dist',
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // 0x and speedscope are read from their packages when a viewer is asked for.
  external: ['0x', 'speedscope'],
  define: { 'globalThis.CULPRIT_VERSION': JSON.stringify(version) },
  plugins: [leanInspectorClient, codeAsText],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
// Loaded into a script with --require, before its first line: CommonJS, whole by itself.
await build({
  entryPoints: { 'script-probe': 'src/workload/script-probe.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  absWorkingDir: new URL('./', import.meta.url).pathname,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node16',
  logLevel: 'warning',
});

// What goes into pods: one file for Node.js 16 and newer, whole by itself.
await build({
  entryPoints: { 'culprit-recorder': 'src/recorder/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node16',
  minify: true,
  define: { 'globalThis.CULPRIT_VERSION': JSON.stringify(version) },
  plugins: [leanInspectorClient, noTls, codeAsText],
  // Only what is started beside us asks where it lies, and a recorder starts nothing.
  logOverride: { 'empty-import-meta': 'silent' },
  logLevel: 'warning',
});

const testing = {
  entryPoints: {
    testing: 'src/testing/index.ts',
    'testing-vitest': 'src/testing/runners/vitest.ts',
    'testing-jest': 'src/testing/runners/jest.ts',
    'testing-node': 'src/testing/runners/node-test.ts',
  },
  outdir: 'dist',
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: ['vitest'],
  logLevel: 'warning',
};
await build({ ...testing, format: 'esm' });
await build({ ...testing, format: 'cjs', outExtension: { '.js': '.cjs' } });

// The contract is whole by itself, so its text is its declaration.
const contract = readFileSync(new URL('./src/testing/contract.ts', import.meta.url), 'utf8');
const declarations = readFileSync(new URL('./src/testing/functions.d.txt', import.meta.url), 'utf8');
for (const extension of ['d.ts', 'd.cts'])
  writeFileSync(new URL(`./dist/testing.${extension}`, import.meta.url), `${contract}\n${declarations}`);
