// Builds the command line tool into dist/: one entry, with the heavy viewers split off so that they load only
// when a flame graph is asked for.
import { readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

rmSync(new URL('./dist', import.meta.url), { recursive: true, force: true });
await build({
  entryPoints: {
    culprit: 'src/cli/main.ts',
    watcher: 'src/target/watcher.ts',
    leash: 'src/workload/leash.ts',
    'heap-thread': 'src/recording/heap-thread.ts',
  },
  outdir: 'dist',
  absWorkingDir: new URL('.', import.meta.url).pathname,
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // 0x and speedscope are read from their packages when a viewer is asked for.
  external: ['0x', 'speedscope'],
  define: { 'globalThis.CULPRIT_VERSION': JSON.stringify(version) },
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
  absWorkingDir: new URL('.', import.meta.url).pathname,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node16',
  logLevel: 'warning',
});
