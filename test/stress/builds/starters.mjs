// What starts and keeps a program: package managers, watchers, clusters, PM2; and agents that are loaded into it.
import { ESBUILD, TYPESCRIPT } from './transpilers-and-bundlers.mjs';

/** The bundle that all of them start. */
const BUNDLE = ({ bin }) => [
  [bin('esbuild'), 'src/server.ts', '--bundle', '--platform=node', '--sourcemap', '--outfile=dist/main.js'],
];
const started = (packages, start, rest = {}) => ({
  packages: [ESBUILD, ...packages],
  build: BUNDLE,
  start,
  target: 'wrapper',
  ...rest,
});

// Several of them share the cores of one machine, and each look is slower by that.
const BUSY = ['--max-pause', '1s'];

const CLUSTER = `const cluster = require('node:cluster');
if (cluster.isPrimary) for (let n = 0; n < 4; n++) cluster.fork();
else require('./dist/main.js');
`;
const SCRIPTS = { 'package.json': '{"name":"shop","private":true,"scripts":{"start":"node dist/main.js"}}' };

const PM2 = 'node_modules/pm2/bin/pm2';
const pm2 = (args) =>
  started(['pm2@7.0.4'], [PM2, 'start', 'dist/main.js', '--name', 'shop', ...args], {
    // The command ends; its daemon does not.
    env: ({ at }) => ({ PM2_HOME: `${at}/pm2` }),
    target: 'shop',
    options: BUSY,
    stop: ({ node }) => `${node} ${PM2} kill`,
  });

const yarn = ({ at, node }, ...args) => [
  'env',
  '-C',
  `${at}/app`,
  node,
  `${at}/node_modules/@yarnpkg/cli-dist/bin/yarn.js`,
  ...args,
];

/** See `Build` in ../builds.mjs. */
export const STARTERS = {
  'npm start': started([], ['start'], { command: 'npm', files: SCRIPTS }),
  'pnpm start': started(['pnpm@10.28.2'], ['start'], { command: './node_modules/.bin/pnpm', files: SCRIPTS }),
  'yarn start': started(['yarn@1.22.22'], ['start'], { command: './node_modules/.bin/yarn', files: SCRIPTS }),
  'npm workspaces': started([], ['start', '-w', 'shop'], {
    command: 'npm',
    files: {
      'package.json': '{"name":"all","private":true,"workspaces":["packages/*"]}',
      'packages/shop/package.json':
        '{"name":"shop","version":"1.0.0","scripts":{"start":"node ../../dist/main.js"}}',
    },
  }),
  'pnpm install': {
    packages: ['pnpm@10.28.2'],
    files: { 'package.json': '{"name":"shop","private":true}' },
    build: ({ at }) => [
      ['mkdir', '-p', 'app'],
      [`${at}/node_modules/.bin/pnpm`, '--dir', 'app', 'add', 'tsx@4.23.0', '--ignore-scripts'],
    ],
    start: ['--import', './app/node_modules/tsx/dist/loader.mjs', 'src/server.ts'],
  },
  // Packages stay in their archives, which Yarn's own loader reads.
  'Yarn PnP': {
    packages: ['@yarnpkg/cli-dist@4.18.1'],
    files: {
      'app/package.json': '{"name":"shop","private":true}',
      'app/.yarnrc.yml':
        'nodeLinker: pnp\nenableGlobalCache: false\nenableScripts: false\nenableTelemetry: false\n',
      'app/yarn.lock': '',
    },
    build: (context) => [
      ['cp', '-r', 'src', 'tsconfig.json', 'app'],
      yarn(context, 'add', 'generic-pool@3.9.0', TYPESCRIPT),
      yarn(context, 'tsc', '-p', '.'),
    ],
    copiedTo: 'app',
    start: ['-r', './app/.pnp.cjs', 'app/dist/server.js'],
  },
  'node --watch': started([], ['--watch', 'dist/main.js']),
  nodemon: started(['nodemon@3.1.14'], ['node_modules/nodemon/bin/nodemon.js', 'dist/main.js']),
  cluster: started([], ['cluster.cjs'], {
    files: { 'cluster.cjs': CLUSTER },
    options: BUSY,
  }),
  'PM2 fork': pm2([]),
  'PM2 cluster': pm2(['-i', '2']),
  'dd-trace': started(['dd-trace@6.21.0'], ['-r', 'dd-trace/init', 'dist/main.js'], {
    env: () => ({
      DD_TRACE_AGENT_URL: 'http://127.0.0.1:9',
      DD_TRACE_STARTUP_LOGS: 'false',
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
      DD_CRASHTRACKING_ENABLED: 'false',
    }),
  }),
  OpenTelemetry: started(
    ['@opentelemetry/api@1.10.0', '@opentelemetry/auto-instrumentations-node@0.82.0'],
    ['-r', '@opentelemetry/auto-instrumentations-node/register', 'dist/main.js'],
    {
      env: () => ({
        OTEL_TRACES_EXPORTER: 'none',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_NODE_RESOURCE_DETECTORS: 'none',
      }),
    },
  ),
  Sentry: started(['@sentry/node@11.12.0'], ['--import', './instrument.mjs', 'dist/main.js'], {
    files: {
      'instrument.mjs': `import * as Sentry from '@sentry/node';
Sentry.init({ dsn: 'http://key@127.0.0.1:9/1', tracesSampleRate: 1 });
`,
    },
  }),
};
