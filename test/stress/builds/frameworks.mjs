// Frameworks and runners with a server of their own, and Node's own ways to run TypeScript or to start from a snapshot.
import { ESBUILD, TYPESCRIPT } from './transpilers-and-bundlers.mjs';

const NEXT_ROUTE = `import { begin, handle } from '../../src/handle';
export const dynamic = 'force-dynamic';
export function GET() {
  begin();
  return Response.json(handle());
}
`;
const next = (version, react) => ({
  packages: [
    `next@${version}`,
    `react@${react}`,
    `react-dom@${react}`,
    TYPESCRIPT,
    '@types/node@20',
    '@types/react@19',
  ],
  files: {
    'app/shop/route.ts': NEXT_ROUTE,
    'app/layout.tsx': `export default function Layout({ children }) { return <html><body>{children}</body></html>; }\n`,
    'next.config.mjs': `export default { experimental: { serverSourceMaps: true }, typescript: { ignoreBuildErrors: true } };\n`,
    'tsconfig.json': '{"compilerOptions":{"jsx":"preserve"}}',
  },
  path: '/shop',
  target: 'port',
});
/** `args` of the build follow "build". */
const nextProduction = (version, react, args) => ({
  ...next(version, react),
  build: ({ node }) => [[node, 'node_modules/next/dist/bin/next', 'build', ...args]],
  start: ({ port }) => ['node_modules/next/dist/bin/next', 'start', '-p', String(port), '-H', '127.0.0.1'],
});
const nextDevelopment = (version, react, args) => ({
  ...next(version, react),
  target: 'wrapper',
  // All that the compiler keeps is in the same heap.
  options: ['--max-pause', '3s', '--budget', '10'],
  start: ({ port }) => [
    'node_modules/next/dist/bin/next',
    'dev',
    ...args,
    '-p',
    String(port),
    '-H',
    '127.0.0.1',
  ],
});

const nest = (builder) => ({
  packages: [
    '@nestjs/core@12.5.1',
    '@nestjs/common@12.5.1',
    '@nestjs/platform-express@12.5.1',
    'reflect-metadata@0.2.2',
    'rxjs@7.8.2',
    '@nestjs/cli@12.0.8',
    '@swc/core@1.16.22',
    '@swc/cli@0.8.1',
    ...(builder === 'webpack'
      ? [
          'webpack@5.113.0',
          'ts-loader@9.5.4',
          'webpack-node-externals@3.0.0',
          'tsconfig-paths-webpack-plugin@4.2.0',
          'fork-ts-checker-webpack-plugin@9.1.0',
        ]
      : []),
    TYPESCRIPT,
  ],
  files: {
    'src/main.ts': `import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { begin, handle } from './handle';

@Controller()
class Shop {
  @Get()
  total() {
    return handle();
  }
}

@Module({ controllers: [Shop] })
class App {}

async function start() {
  const app = await NestFactory.create(App);
  await app.listen(Number(process.env.SHOP_PORT), '127.0.0.1');
  begin();
}
void start();
`,
    'webpack.config.js': `module.exports = (options) => ({ ...options, devtool: 'source-map' });\n`,
    'nest-cli.json': JSON.stringify({ sourceRoot: 'src', compilerOptions: { builder } }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'ES2022',
        module: 'commonjs',
        moduleResolution: 'node',
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        sourceMap: true,
        outDir: 'dist',
        rootDir: 'src',
        skipLibCheck: true,
        noCheck: true,
        types: [],
      },
      include: ['src/main.ts'],
    }),
    '.swcrc': JSON.stringify({
      sourceMaps: true,
      module: { type: 'commonjs' },
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
    }),
  },
  build: ({ node }) => [[node, 'node_modules/@nestjs/cli/bin/nest.js', 'build', '--builder', builder]],
  start: ['dist/main.js'],
  path: '/',
});

/** Syntax that can be erased, and imports with their ending, on the same lines. */
function erasable(text) {
  return text
    .replace(/from '\.\/(\w+)'/g, "from './$1.ts'")
    .replace('export enum Currency {', 'export const Currency = {')
    .replace("Euro = 'EUR'", "Euro: 'EUR'")
    .replace("Dollar = 'USD',\n}", "Dollar: 'USD',\n} as const;")
    .replace('currency: Currency;', 'currency: string;')
    .replace('Record<Currency, number>', 'Record<string, number>');
}

/** See `Build` in ../builds.mjs. */
export const FRAMEWORKS = {
  jiti: { packages: ['jiti@2.7.0'], start: ['node_modules/jiti/lib/jiti-cli.mjs', 'src/server.ts'] },
  'vite-node': {
    packages: ['vite-node@6.0.0', 'vite@8.4.0'],
    start: ['node_modules/vite-node/dist/cli.mjs', 'src/server.ts'],
  },
  'type stripping': { nodes: [24, 26], packages: [], rewrite: erasable, start: ['src/server.ts'] },
  'Vite SSR': {
    packages: ['vite@8.4.0'],
    build: ({ node }) => [
      [
        node,
        'node_modules/vite/bin/vite.js',
        'build',
        '--ssr',
        'src/server.ts',
        '--sourcemap',
        '--outDir',
        'dist',
      ],
    ],
    start: ({ at }) => [`${at}/dist/server.js`],
    type: 'module',
  },
  'Next 16': nextProduction('16.4.6', '19.3.1', []),
  'Next 16 dev': nextDevelopment('16.4.6', '19.3.1', []),
  'Next 16 webpack': nextProduction('16.4.6', '19.3.1', ['--webpack']),
  'Next 15 Turbopack': nextProduction('15.5.9', '19.1.0', ['--turbopack']),
  'Nest tsc': nest('tsc'),
  'Nest swc': nest('swc'),
  'Nest webpack': nest('webpack'),
  'startup snapshot': {
    packages: [ESBUILD],
    files: {
      'src/start.ts': `import { startupSnapshot } from 'node:v8';
import { begin, handle } from './handle';

startupSnapshot.setDeserializeMainFunction(() => {
  begin();
  setInterval(() => handle(), 10);
});
`,
    },
    build: ({ bin, node }) => [
      [
        bin('esbuild'),
        'src/start.ts',
        '--bundle',
        '--platform=node',
        '--sourcemap',
        '--outfile=dist/main.js',
      ],
      [node, '--snapshot-blob', 'shop.blob', '--build-snapshot', 'dist/main.js'],
    ],
    start: ['--snapshot-blob', 'shop.blob', 'shop'],
  },
};
