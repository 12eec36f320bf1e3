// Families of processes from folders of /proc: who belongs to whom, and which member a word on the command line leads to.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { commandWords, runsTheSame, shownCommand } from '../../src/target/family/command-words.ts';
import type { FamilyPlace } from '../../src/target/family/family.ts';
import { parseLaunchMarks } from '../../src/target/family/launch-marks.ts';
import { servingRelatives } from '../../src/target/family/serving.ts';
import { resolveAll, resolveTarget, SeveralMatch } from '../../src/target/find.ts';
import { countZombies } from '../../src/target/proc/children.ts';
import { listNodeProcesses } from '../../src/target/processes.ts';
import { linuxTable } from '../../src/target/table/linux.ts';
import { parseTarget } from '../../src/target/target-word.ts';
import { addProcess, addSelf, type FakeProcess, makeFolder, removeFolder, writeFiles } from './fake-proc.ts';

let root: string;
beforeEach(() => {
  root = makeFolder();
  addSelf(root);
});
afterEach(() => removeFolder(root));

interface Fake extends FakeProcess {
  env?: string[];
  /** Ports that it listens on. */
  ports?: number[];
  /** Ports of ours that it holds a connection to. */
  connected?: number[];
  rssKb?: number;
}

const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');

/** As addProcess(), with its environment and its sockets. */
function add(pid: number, { env = [], ports = [], connected = [], rssKb = 2_048, ...fake }: Fake = {}): void {
  const rows = [
    ...ports.map((port, index) => ({ port, state: '0A', inode: pid * 10 + index })),
    ...connected.map((port, index) => ({ port, state: '01', inode: pid * 10 + 5 + index })),
  ];
  const table = rows.map(
    ({ port, state, inode }, index) =>
      `   ${index}: 0100007F:${hex(port)} 0100007F:C350 ${state} 0:0 00:00000000 0 0 0 ${inode} 1 0 100 0 0 10 0`,
  );
  addProcess(root, pid, {
    ...fake,
    fds: rows.map(({ inode }) => `socket:[${inode}]`),
    files: {
      environ: env.map((entry) => `${entry}\0`).join(''),
      'net/tcp': ['header', ...table, ''].join('\n'),
    },
  });
  writeFiles(root, {
    [`${pid}/status`]: `Tgid:\t${pid}\nUid:\t1000\t1000\nNSpid:\t${pid}\nVmRSS:\t${rssKb} kB\nSigCgt:\t0000000100004602\n`,
  });
}

const list = () => listNodeProcesses({ table: linuxTable(root), asksPorts: false });
const places = async () => new Map((await list()).map(({ pid, family }) => [pid, family]));
const resolve = async (word: string, isExact = false) =>
  resolveTarget(parseTarget(word), await list(), { table: linuxTable(root), isExact });
const allOf = async (word: string) =>
  (await resolveAll(parseTarget(word), await list(), linuxTable(root))).map(({ pid }) => pid);

async function failure(word: string): Promise<UsageError> {
  const error: unknown = await resolve(word).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  return error as UsageError;
}

const WORKER = ['NODE_UNIQUE_ID=1', 'NODE_CHANNEL_FD=3'];

/** A primary, 100, and four workers of which 103 is the largest. */
function addCluster(connected: readonly number[] = []): void {
  add(100, { argv: ['node', 'server.js'], ports: [3000] });
  for (const pid of [101, 102, 103, 104])
    add(pid, {
      parentPid: 100,
      argv: ['/usr/bin/node', '/srv/server.js'],
      env: WORKER,
      rssKb: pid === 103 ? 9_000 : pid,
      connected: connected.includes(pid) ? [3000] : [],
    });
}

describe('a cluster', () => {
  beforeEach(() => addCluster());

  it('is a primary and its workers, which serve the port that it holds', async () => {
    const found = await places();
    expect(found.get(100)).toEqual({ role: 'cluster primary', children: [101, 102, 103, 104] });
    const worker: FamilyPlace = { role: 'cluster worker', parent: 100, children: [], familyPorts: [3000] };
    for (const pid of [101, 102, 103, 104]) expect(found.get(pid)).toEqual(worker);
  });

  it.each([':3000', '100', 'server.js', '127.0.0.1:3000'])(
    'leads from %s to its largest worker, and says so',
    async (word) => {
      expect(await resolve(word)).toEqual({
        kind: 'process',
        pid: 103,
        note:
          word === 'server.js'
            ? 'Of 4 processes that do the same work, culprit captures process 103, which uses the most memory; --all captures all of them side by side.'
            : 'Process 100 (node server.js) is the primary of a cluster, whose workers do the work. Of 4, culprit captures process 103, which uses the most memory; --all captures all of them side by side.',
      });
    },
  );

  it('leads from a worker, and from its primary when that very process is wanted, to no other', async () => {
    expect(await resolve('102')).toEqual({ kind: 'process', pid: 102 });
    expect(await resolve('100', true)).toEqual({ kind: 'process', pid: 100 });
  });

  it('is all of its workers', async () => {
    expect(await allOf(':3000')).toEqual([101, 102, 103, 104]);
  });

  it('has a primary that is not signalled: its workers would open their inspectors', async () => {
    const [primary, worker] = await list();
    expect(primary!.attachable).toMatchObject({ ok: false, kind: 'cluster-primary' });
    expect(primary!.attachable).toHaveProperty('cure', expect.stringContaining('process 101'));
    expect(worker!.attachable).toMatchObject({ ok: true });
  });

  it('says of an idle primary where the work is, the largest first', async () => {
    const relatives = servingRelatives(100, await list());
    expect(relatives.map(({ pid }) => pid)).toEqual([103, 104, 102, 101]);
  });
});

describe('a cluster whose clients keep their connections', () => {
  const OF_FOUR =
    'Process 100 (node server.js) is the primary of a cluster, whose workers do the work. Of 4, culprit captures process';

  it.each([
    [[101], 101, 'the only one with connections'],
    [[101, 102], 102, 'the one of the 2 with connections that uses the most memory'],
    [[101, 102, 103, 104], 103, 'which uses the most memory'],
  ])('leads to those of its workers that have them: %j', async (connected, pid, which) => {
    addCluster(connected);
    const note = `${OF_FOUR} ${pid}, ${which}; --all captures all of them side by side.`;
    for (const word of [':3000', '100']) expect(await resolve(word)).toEqual({ kind: 'process', pid, note });
  });
});

it('a worker whose primary has ended is an orphan', async () => {
  add(50, { parentPid: 1, env: WORKER });
  expect((await places()).get(50)).toEqual({ role: 'cluster worker', children: [], isOrphan: true });
});

describe('wrappers', () => {
  it.each([
    ['node --watch', ['node', '--watch', 'app.js'], ['/usr/bin/node', 'app.js']],
    [
      'a runner of TypeScript',
      ['node', 'node_modules/.bin/tsx', 'app.ts', '--x'],
      ['node', '--import', 'file:///l.mjs', 'app.ts', '--x'],
    ],
    ['a watcher', ['node', '/usr/lib/nodemon', '-q', 'app.js'], ['/usr/bin/node', 'app.js']],
    ['npm', ['npm start'], ['node', 'dist/main.js']],
    [
      'a tool whose server has a title of its own',
      ['node', '/srv/node_modules/.bin/next', 'dev'],
      ['next-server (v16)'],
    ],
  ])('%s leads to the program that it starts', async (_, outer, inner) => {
    add(10, { argv: outer });
    add(11, { parentPid: 10, argv: inner, ports: [3000] });
    const found = await places();
    expect(found.get(10)).toEqual({ role: 'wrapper', children: [11], familyPorts: [3000] });
    expect(found.get(11)).toEqual({ role: 'program', parent: 10, children: [] });
    expect(await resolve('10')).toEqual({
      kind: 'process',
      pid: 11,
      note: expect.stringMatching(
        /^Process 10 \(.+\) only starts the program and waits for it\. culprit captures process 11\.$/,
      ),
    });
  });

  // As the real ones start a program.
  it.each([
    ['npx', ['npm exec node worker.js'], ['node', 'worker.js']],
    ['pnpm', ['node', '/srv/node_modules/.bin/pnpm', 'start'], ['node', 'worker.js']],
    ['yarn 1', ['node', '/usr/share/yarn/bin/yarn.js', 'start'], ['node', 'worker.js']],
    [
      'yarn 4 in a project',
      ['/usr/bin/node', '/srv/.yarn/releases/yarn-4.18.1.cjs', 'start'],
      ['node', 'worker.js'],
    ],
    ['node --run', ['node', '--run', 'start'], ['node', 'worker.js']],
  ])('%s leads to a program that listens on no port', async (_, outer, inner) => {
    add(10, { argv: outer });
    add(11, { parentPid: 10, exe: '/bin/dash', argv: ['sh', '-c', inner.join(' ')] });
    add(12, { parentPid: 11, argv: inner });
    expect((await places()).get(10)).toEqual({ role: 'wrapper', children: [12] });
    expect(await resolve('10')).toMatchObject({ pid: 12 });
  });

  it('lead through the shell that npm uses, and not through one that a person types into', async () => {
    add(10, { argv: ['npm start'] });
    addProcess(root, 11, { parentPid: 10, exe: '/bin/dash', comm: 'sh', argv: ['sh', '-c', 'node app.js'] });
    add(12, { parentPid: 11, argv: ['node', 'app.js'], env: ['npm_package_name=shop'] });
    addProcess(root, 13, { parentPid: 12, exe: '/bin/bash', comm: 'bash', argv: ['/bin/bash'] });
    add(14, { parentPid: 13, argv: ['node', 'other.js'], env: ['npm_package_name=shop'] });
    const found = await places();
    expect(found.get(12)).toEqual({ role: 'program', parent: 10, children: [], app: 'shop' });
    expect(found.get(14)).toEqual({ role: 'program', children: [] });
  });

  it('that wrap a cluster lead to a worker', async () => {
    add(90, { argv: ['npm start'] });
    addCluster();
    removeFolder(`${root}/100`);
    add(100, { parentPid: 90, argv: ['node', 'server.js'], ports: [3000] });
    expect(await resolve('90')).toMatchObject({ pid: 103 });
  });

  it('that start nothing now are what they are', async () => {
    add(10, { argv: ['node', '--watch', 'app.js'] });
    expect(await resolve('10')).toEqual({ kind: 'process', pid: 10 });
  });

  it('with an inspector of their own lead from its address to the program', async () => {
    add(10, { argv: ['npm start'], ports: [9229] });
    add(11, { parentPid: 10, argv: ['node', 'app.js'], ports: [3000] });
    expect(await resolve('127.0.0.1:9229')).toMatchObject({ kind: 'process', pid: 11 });
  });

  it('are not programs that fork themselves', async () => {
    add(10, { argv: ['node', 'app.js'], ports: [3000] });
    add(11, { parentPid: 10, argv: ['node', 'app.js'], env: ['NODE_CHANNEL_FD=3'] });
    const found = await places();
    expect([found.get(10)!.role, found.get(11)!.role]).toEqual(['program', 'child']);
    expect(await resolve('10')).toEqual({ kind: 'process', pid: 10 });
    expect(await resolve('app.js')).toEqual({ kind: 'process', pid: 10 });
  });
});

describe('PM2', () => {
  const json = (name: string, id: number) =>
    `pm2_env=${JSON.stringify({ name, pm_id: id, env: { SECRET: 'x' } })}`;
  beforeEach(() => {
    add(20, { argv: ['PM2 v7.0.4: God Daemon (/home/me/.pm2)'], ports: [3000, 3001] });
    for (const [pid, id] of [
      [21, 0],
      [22, 1],
    ] as const)
      add(pid, {
        parentPid: 20,
        argv: ['node /srv/shop.js   '],
        env: [...WORKER, json('shop', id)],
        connected: [3000],
      });
    add(23, {
      parentPid: 20,
      argv: ['node /srv/web.js'],
      env: [...WORKER, json('web', 2)],
      connected: [3001],
    });
    add(24, {
      parentPid: 20,
      argv: ['node /srv/api.js'],
      env: ['name=api', 'pm_id=3', 'NODE_CHANNEL_FD=3'],
      ports: [4000],
    });
    add(25, { parentPid: 24, argv: ['node /srv/job.js'], env: ['name=api', 'pm_id=3', 'NODE_CHANNEL_FD=3'] });
  });

  it('is a manager and its apps, by their names', async () => {
    const found = await places();
    expect(found.get(20)).toEqual({ role: 'process manager', children: [21, 22, 23, 24] });
    expect(found.get(21)).toEqual({ role: 'cluster worker', parent: 20, children: [], app: 'shop' });
    expect(found.get(24)).toEqual({ role: 'program', parent: 20, children: [25], app: 'api' });
    expect(found.get(25)).toEqual({ role: 'child', parent: 24, children: [], app: 'api' });
  });

  it('leads from a port to the app that has connections to it', async () => {
    expect(await resolve(':3001')).toMatchObject({ pid: 23, app: 'web' });
    expect(await resolve(':3000')).toMatchObject({ app: 'shop' });
    expect(await allOf(':3000')).toEqual([21, 22]);
    expect(await resolve(':4000')).toEqual({ kind: 'process', pid: 24, app: 'api' });
  });

  it('leads from a name to that app', async () => {
    expect(await resolve('web')).toEqual({ kind: 'process', pid: 23, app: 'web' });
    expect(await allOf('shop')).toEqual([21, 22]);
  });

  it('by itself is several apps: it asks which, and tells them apart', async () => {
    const error = await failure('20');
    expect(error).toBeInstanceOf(SeveralMatch);
    expect(error.message).toBe(
      [
        'Several processes match 20:',
        '  21  shop  cluster worker         16 min  2 MB  node /srv/shop.js',
        '  23  web   cluster worker         16 min  2 MB  node /srv/web.js',
        '  24  api                   :4000  16 min  2 MB  node /srv/api.js',
      ].join('\n'),
    );
    expect(await allOf('20')).toEqual([21, 22, 23, 24]);
  });
});

describe('what the environment tells', () => {
  it.each([
    ['nothing', [], {}],
    ['a worker', WORKER, { isClusterWorker: true, hasChannel: true }],
    ['an app of PM2 in fork mode', ['name=shop', 'pm_id=4'], { pm2: { name: 'shop', id: 4 } }],
    ['a variable called name', ['name=shop'], {}],
    ['broken JSON', ['pm2_env={"name":"sh'], {}],
    ['JSON of another shape', ['pm2_env=[1]', 'name=a', 'pm_id=1'], {}],
    ['services', ['DD_SERVICE=cart', 'OTEL_SERVICE_NAME=shop'], { serviceName: 'shop' }],
  ])('%s', (_, env, marks) => {
    expect(parseLaunchMarks(env)).toEqual(marks);
  });
});

describe('command lines', () => {
  it('are told apart into flags, script and arguments', () => {
    expect(commandWords(['node', '-r', 'a.js', '--inspect', 'app.js', '--port', '1'])).toEqual({
      program: 'node',
      flags: ['-r', 'a.js', '--inspect'],
      script: 'app.js',
      args: ['--port', '1'],
    });
    expect(commandWords(['node', '-e', 'work()', 'x'])).toEqual({
      program: 'node',
      flags: ['-e', 'work()'],
      args: ['x'],
    });
  });

  it('run the same when the script and all of its arguments are', () => {
    const same = (outer: string, inner: string) =>
      runsTheSame(commandWords(outer.split(' ')), commandWords(inner.split(' ')));
    expect(same('node tool watch src/app.ts -v', 'node --import x /srv/src/app.ts -v')).toBe(true);
    expect(same('node tool app', 'node /srv/app.js')).toBe(true);
    expect(same('node tool app.ts -v', 'node app.ts')).toBe(false);
    expect(same('node app.js', 'node app.json')).toBe(false);
  });

  it('are cut so that the name of the script stays', () => {
    const long = `node --require /opt/${'x/'.repeat(40)}preflight.cjs --import file:///y.mjs /srv/app/dist/server.js --port 3000`;
    expect(shownCommand(long, 200)).toBe(long);
    expect(shownCommand(long, 60)).toBe('node … /srv/app/dist/server.js --port 3000');
    expect(shownCommand(long, 33)).toBe('node … /srv/app/dist/server.js -…');
    expect(shownCommand(long, 20)).toBe('node … …st/server.js');
    expect(shownCommand('a title without a script that goes on', 12)).toBe('a title wit…');
  });
});

it('zombies are counted by their parent, whatever they were', () => {
  add(30);
  for (const pid of [31, 32]) addProcess(root, pid, { parentPid: 30, state: 'Z', exe: null, argv: [] });
  addProcess(root, 33, { parentPid: 1, state: 'Z', exe: null, argv: [] });
  expect(countZombies([30], root)).toEqual([{ pid: 30, zombies: 2 }]);
});
