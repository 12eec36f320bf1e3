// Builds into dist/: the command line tool, whose work loads lazily, and its manual page; the programs that it starts; the recorder
// for pods; and culprit/testing, as ES module and CommonJS, with its types. All packages are bundled, so that installing culprit installs
// nothing else, and their licences lie beside them.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { joinSections, packageOf, sectionOf } from './build/licences.mjs';
import { makeManPage } from './build/man-page.mjs';
import { withOneStartFile } from './build/start-file.mjs';
import { takeViewers } from './build/viewers.mjs';
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

// Only commands that are programs of their own need child processes, and to load what starts them takes a tenth of the start.
const leanCommander = {
  name: 'lean-commander',
  setup: ({ onLoad }) =>
    onLoad({ filter: /commander\/lib\/command\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace("require('node:child_process')", '{}'),
      loader: 'js',
    })),
};

// What agents send is checked by our own schemas: the validator for any JSON schema, 300 KB, is never asked.
const leanToolServer = {
  name: 'lean-tool-server',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@modelcontextprotocol\/server\/_shims$/ }, ({ path }) => ({
      path,
      namespace: 'lean-tool-server',
    }));
    onLoad({ filter: /.*/, namespace: 'lean-tool-server' }, () => ({
      contents:
        "export { default as process } from 'node:process'; export class DefaultJsonSchemaValidator {}",
      loader: 'js',
    }));
  },
};

// Of OpenTelemetry we take the encoder: in its ES modules the rest can be told apart, and is left out.
const leanOpenTelemetry = {
  name: 'lean-open-telemetry',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^@opentelemetry\/[a-z-]+$/ }, ({ path }) => {
      const folder = resolve(root, 'node_modules', path);
      const { module } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8'));
      return module && { path: resolve(folder, module), sideEffects: false };
    }),
};

const base = {
  outdir: 'dist',
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  logLevel: 'warning',
  metafile: true,
};
const modules = {
  ...base,
  format: 'esm',
  target: 'node20',
  define: { 'globalThis.CULPRIT_VERSION': JSON.stringify(version) },
  plugins: [leanInspectorClient, leanCommander, leanToolServer, leanOpenTelemetry, codeAsText],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};
const testing = {
  ...base,
  entryPoints: {
    testing: 'src/testing/index.ts',
    'testing-vitest': 'src/testing/runners/vitest.ts',
    'testing-jest': 'src/testing/runners/jest.ts',
    'testing-node': 'src/testing/runners/node-test.ts',
  },
  target: 'node20',
  external: ['vitest'],
};

const commandLine = await withOneStartFile({ ...modules, entryPoints: { culprit: 'src/cli/main.ts' } });
const builds = [
  { ...commandLine, splitting: true },
  // Each is started by itself, and is whole by itself.
  {
    ...modules,
    entryPoints: {
      watcher: 'src/target/watcher.ts',
      'watch-look': 'src/watch/look/main.ts',
      leash: 'src/workload/leash.ts',
      'heap-thread': 'src/recording/heap/heap-thread.ts',
    },
  },
  // Loaded into a script with --require, before its first line: CommonJS.
  {
    ...base,
    entryPoints: { 'script-probe': 'src/workload/script-probe.ts' },
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    target: 'node16',
  },
  // What goes into pods: one file for Node.js 16 and newer.
  {
    ...base,
    entryPoints: { 'culprit-recorder': 'src/recorder/main.ts' },
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    target: 'node16',
    minify: true,
    define: { 'globalThis.CULPRIT_VERSION': JSON.stringify(version) },
    plugins: [leanInspectorClient, noTls, codeAsText],
    // Only what is started beside us asks where it lies, and a recorder starts nothing.
    logOverride: { 'empty-import-meta': 'silent' },
  },
  { ...testing, format: 'esm' },
  { ...testing, format: 'cjs', outExtension: { '.js': '.cjs' } },
];

rmSync(resolve(root, 'dist'), { recursive: true, force: true });
const results = await Promise.all(builds.map((options) => build(options)));

// The contract is whole by itself, so its text is its declaration.
const contract = readFileSync(resolve(root, 'src/testing/contract.ts'), 'utf8');
const declarations = readFileSync(resolve(root, 'src/testing/functions.d.txt'), 'utf8');
for (const extension of ['d.ts', 'd.cts'])
  writeFileSync(resolve(root, `dist/testing.${extension}`), `${contract}\n${declarations}`);

mkdirSync(resolve(root, 'dist/man'));
writeFileSync(resolve(root, 'dist/man/culprit.1'), await makeManPage(modules));

const viewers = await takeViewers();
mkdirSync(resolve(root, 'dist/viewers'));
for (const { file, viewer } of viewers)
  writeFileSync(resolve(root, 'dist/viewers', file), JSON.stringify(viewer));

const bundled = results
  .flatMap(({ metafile }) => Object.values(metafile.outputs))
  .flatMap(({ inputs }) => Object.keys(inputs).filter((input) => inputs[input].bytesInOutput > 0))
  .filter((input) => input.includes('node_modules/'))
  .map((input) => packageOf(resolve(root, input)));
const licences = [...[...new Set(bundled)].map(sectionOf), ...viewers.flatMap((viewer) => viewer.licences)];
writeFileSync(
  resolve(root, 'dist/THIRD-PARTY-LICENCES.txt'),
  `The files of culprit in this folder contain code of these packages.\n\n${joinSections(licences)}`,
);
