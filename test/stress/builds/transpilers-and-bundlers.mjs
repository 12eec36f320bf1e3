// Runners of TypeScript, bundlers and executables: what to install, how to build and what Node.js is started with.
export const ESBUILD = 'esbuild@0.25.0';
export const TYPESCRIPT = 'typescript@5.9.3';

/** See `Build` in ../builds.mjs. */
export const TRANSPILERS_AND_BUNDLERS = {
  tsx: { packages: ['tsx@4.23.0'], start: ['--import', 'tsx', 'src/server.ts'] },
  'ts-node': {
    packages: ['ts-node@10.9.2', TYPESCRIPT],
    start: ['-r', 'ts-node/register/transpile-only', 'src/server.ts'],
  },
  '@swc-node/register': {
    packages: ['@swc-node/register@1.11.1', '@swc/core@1.16.22', TYPESCRIPT],
    start: ['-r', '@swc-node/register', 'src/server.ts'],
  },
  'esbuild-register': {
    packages: ['esbuild-register@3.6.0', ESBUILD],
    start: ['-r', 'esbuild-register', 'src/server.ts'],
  },
  tsc: {
    packages: [TYPESCRIPT],
    build: ({ bin }) => [[bin('tsc'), '-p', '.']],
    start: ['dist/server.js'],
  },
  esbuild: {
    packages: [ESBUILD],
    build: ({ bin }) => [
      [
        bin('esbuild'),
        'src/server.ts',
        '--bundle',
        '--platform=node',
        '--minify',
        '--sourcemap',
        '--outfile=dist/main.js',
      ],
    ],
    start: ['dist/main.js'],
  },
  'esbuild, external map moved': {
    packages: [ESBUILD],
    build: ({ bin }) => [
      [
        bin('esbuild'),
        'src/server.ts',
        '--bundle',
        '--platform=node',
        '--minify',
        '--sourcemap',
        '--outfile=dist/main.js',
      ],
      ['sh', '-c', 'mkdir -p release/js && mv dist/* release/js/'],
    ],
    start: ['release/js/main.js'],
  },
  rollup: {
    packages: ['rollup@4.68.8', '@rollup/plugin-terser@1.0.2', ESBUILD],
    build: ({ bin }) => [[bin('rollup'), '-c', 'rollup.config.mjs']],
    start: ['dist/main.mjs'],
  },
  webpack: {
    packages: ['webpack@5.113.0', 'webpack-cli@7.3.1', ESBUILD],
    build: ({ bin }) => [[bin('webpack'), '-c', 'webpack.config.cjs']],
    start: ['dist/main.js'],
  },
  'single executable': {
    packages: [ESBUILD, 'postject@1.0.0-alpha.6'],
    build: ({ bin, node }) => [
      [
        bin('esbuild'),
        'src/server.ts',
        '--bundle',
        '--platform=node',
        '--sourcemap=inline',
        '--outfile=dist/main.js',
      ],
      [node, '--experimental-sea-config', 'sea.json'],
      ['cp', node, 'server'],
      ['rm', 'dist/main.js'],
      [
        bin('postject'),
        'server',
        'NODE_SEA_BLOB',
        'sea.blob',
        '--sentinel-fuse',
        'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
      ],
    ],
    command: './server',
    start: [],
  },
};

export const CONFIG = {
  'package.json': '{"name":"shop","private":true}',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2022',
      module: 'commonjs',
      moduleResolution: 'node',
      types: [],
      sourceMap: true,
      outDir: 'dist',
      skipLibCheck: true,
      noCheck: true,
    },
    include: ['src'],
  }),
  'sea.json': '{"main":"dist/main.js","output":"sea.blob","disableExperimentalSEAWarning":true}',
  'loader.cjs': `const { transformSync } = require('esbuild');
module.exports = function (code) {
  const { code: js, map } = transformSync(code, { loader: 'ts', format: 'esm', sourcemap: true, sourcefile: this.resourcePath });
  this.callback(null, js, JSON.parse(map));
};`,
  'webpack.config.cjs': `const path = require('path');
module.exports = { mode: 'production', target: 'node', devtool: 'source-map', entry: './src/server.ts', output: { path: path.resolve('dist'), filename: 'main.js' }, resolve: { extensions: ['.ts', '.js'] }, module: { rules: [{ test: /\\.ts$/, use: path.resolve('loader.cjs') }] } };`,
  'rollup.config.mjs': `import terser from '@rollup/plugin-terser';
import { transform } from 'esbuild';
import { dirname, resolve } from 'node:path';
const ts = {
  name: 'ts',
  resolveId: (source, importer) => (importer && source.startsWith('.') ? resolve(dirname(importer), source + '.ts') : null),
  transform: (code, id) => (id.endsWith('.ts') ? transform(code, { loader: 'ts', sourcemap: true, sourcefile: id }) : null),
};
export default { input: 'src/server.ts', external: [/^node:/], output: { file: 'dist/main.mjs', format: 'es', sourcemap: true }, plugins: [ts, terser({ module: true })] };`,
};
