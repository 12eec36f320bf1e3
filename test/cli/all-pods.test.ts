// `culprit k8s --all` and `--compare` with a kubectl that is a script: which pods are asked for, what becomes of those that cannot be
// reached, and one report or verdict of the recordings that they send.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/model/comparison/comparison.ts';
import type { FamilyReport } from '../../src/model/finding.ts';
import { packRecording } from '../../src/recording/archive.ts';
import { CLI } from '../live/support/root.ts';
import { until } from '../live/support/wait.ts';
import { CALM, writeRecording } from '../support/build-recording.ts';
import { schemaErrors } from '../support/json-schemas.ts';

const HOUR = 3_600;
let folder: string;
let kubectl: string;
/** Of a server that leaks or not, by how old it is. */
const recordings = { leaking: '', healthy: '', old: '' };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'culprit-pods-'));
  kubectl = join(folder, 'kubectl');
  writeFileSync(kubectl, KUBECTL);
  chmodSync(kubectl, 0o755);
  const write = async (name: string, leaks: boolean, uptimeSeconds: number) => {
    const file = join(folder, `${name}.tgz`);
    await packRecording(
      await writeRecording(join(folder, name), { leaks, turn: CALM, target: { uptimeSeconds } }),
      file,
    );
    return file;
  };
  recordings.leaking = await write('leaking', true, HOUR);
  recordings.healthy = await write('healthy', false, HOUR);
  recordings.old = await write('old', false, 5 * HOUR);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a pod does with a recorder. */
type Behaviour =
  /** Sends this recording; `waits`: not before it is told to stop. */
  | { sends: string; waits?: boolean }
  /** The command fails, and says so. */
  | { says: string };

interface FakePod {
  name: string;
  image?: string;
  labels?: Record<string, string>;
  containers?: string[];
  isRunning?: boolean;
  phase?: string;
  deletedAt?: string;
  does?: Behaviour;
}

/** Answers `get` from the cluster file, and notes each `exec` as it begins and ends. */
const KUBECTL = `#!${process.execPath}
const fs = require('node:fs');
const words = process.argv.slice(2);
const { folder, objects, behaviours } = JSON.parse(fs.readFileSync(process.env.FAKE_CLUSTER, 'utf8'));
const refuse = (text, code) => { process.stderr.write(text + '\\n'); process.exit(code); };
const note = (line) => fs.appendFileSync(folder + '/log', line + '\\n');
if (words.includes('get')) {
  const [what, flag, selector] = words.slice(words.indexOf('get') + 1);
  if (flag === '-l') {
    const wanted = selector.split(',').map((pair) => pair.split('='));
    const kind = { pods: 'Pod', replicasets: 'ReplicaSet' }[what];
    const items = objects.filter((one) => one.kind === kind && wanted.every(([key, value]) => one.metadata.labels[key] === value));
    console.log(JSON.stringify({ kind: 'List', items }));
  } else {
    const name = what.includes('/') ? what : 'pod/' + flag;
    const found = objects.find(({ kind, metadata }) => (kind + '/' + metadata.name).toLowerCase() === name);
    if (!found) refuse('Error from server (NotFound): "' + name + '" not found', 1);
    console.log(JSON.stringify(found));
  }
} else {
  const name = words[words.indexOf('-i') + 1];
  const { sends, waits, says } = behaviours[name];
  if (says) refuse(says, 127);
  const codeBytes = Number(words[words.indexOf('record') - 1]);
  note('begin ' + name);
  const send = () => process.stdout.write(fs.readFileSync(sends), () => { note('end ' + name); process.exit(0); });
  let got = 0;
  let isSent = false;
  process.stdin.on('data', (chunk) => {
    got += chunk.length;
    if (isSent || got < codeBytes || (waits && got === codeBytes)) return;
    isSent = true;
    send();
  });
  process.stdin.on('end', () => { if (!isSent) { note('end ' + name); process.exit(1); } });
}
`;

const object = (kind: string, name: string, rest: object = {}) => ({
  kind,
  metadata: { name, namespace: 'prod', labels: { app: 'shop' } },
  ...rest,
});
const DEPLOYMENT = object('Deployment', 'shop', { spec: { selector: { matchLabels: { app: 'shop' } } } });

/** With the node by its number. */
function podObject(fake: FakePod, index: number) {
  const { name, image = 'registry.example:5000/shop/shop:1', containers = ['app'], phase = 'Running' } = fake;
  const state = (fake.isRunning ?? true) ? { running: {} } : {};
  return {
    kind: 'Pod',
    metadata: {
      ...{ name, namespace: 'prod', labels: { app: 'shop', ...fake.labels } },
      ...(fake.deletedAt && { deletionTimestamp: fake.deletedAt }),
    },
    spec: {
      nodeName: `node-${'abc'[index % 3]}.example`,
      containers: containers.map((one) => ({ name: one, image, command: ['node', 'server.js'] })),
    },
    status: {
      phase,
      containerStatuses: containers.map((one) => ({ name: one, restartCount: 0, state })),
    },
  };
}

interface Started {
  child: ChildProcess;
  /** What was executed, as it began and ended. */
  log: () => string[];
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function start(pods: readonly FakePod[], words: readonly string[], more: readonly object[] = []): Started {
  const dir = mkdtempSync(join(folder, 'run-'));
  const behaviours = Object.fromEntries(
    pods.map(({ name, does = { sends: recordings.old } }) => [name, does]),
  );
  const objects = [DEPLOYMENT, ...more, ...pods.map(podObject)];
  const file = join(dir, 'cluster.json');
  writeFileSync(file, JSON.stringify({ folder: dir, objects, behaviours }));
  const args = [CLI, 'k8s', ...words, '--via', kubectl, '--no-debug-image'];
  const env = { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '', FAKE_CLUSTER: file };
  const child = spawn(process.execPath, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
  const log = join(dir, 'log');
  return {
    child,
    log: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    ended: new Promise((resolve) =>
      child.once('close', (code) => resolve({ code, stdout: out.join(''), stderr: err.join('') })),
    ),
  };
}

const name = (index: number) => `shop-${String(index).padStart(2, '0')}`;
const LEAKING = [2, 6, 10].map(name);
const TWELVE: FakePod[] = Array.from({ length: 12 }, (_, index) => {
  const one = name(index + 1);
  return LEAKING.includes(one) ? { name: one, image: 'registry.example:5000/shop/shop:2' } : { name: one };
});
/** Recordings have their places only when the tests begin. */
const twelve = () =>
  TWELVE.map((pod) => (LEAKING.includes(pod.name) ? { ...pod, does: { sends: recordings.leaking } } : pod));

/** How many were looked at at once, at most. */
function mostAtOnce(log: readonly string[]): number {
  let [now, most] = [0, 0];
  for (const line of log) {
    now += line.startsWith('begin') ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}

describe('twelve pods, three of which leak', () => {
  test.each([
    ['a deployment', ['deployment/shop', '--all']],
    ['labels', ['-l', 'app=shop']],
  ])('as JSON: which have it, and in what they differ (%s)', async (_, words) => {
    const run = start(twelve(), [...words, '--parallel', '3', '--json', '-']);
    const { code, stdout, stderr } = await run.ended;
    expect([code, stderr]).toEqual([0, '']);
    const report: FamilyReport = JSON.parse(stdout);
    expect(schemaErrors('family-report-v1', report)).toEqual([]);
    expect(report.members.map((member) => [member.name, member.report?.verdict])).toEqual(
      TWELVE.map((pod) => [pod.name, LEAKING.includes(pod.name) ? 'findings' : 'healthy']),
    );
    expect(report.members[0]).toMatchObject({
      ...{ role: 'pod', command: 'node server.js', pid: 4242 },
      pod: { namespace: 'prod', node: 'node-a.example', restarts: 0 },
      report: { target: { location: 'pod shop-01 (container app, namespace prod)' }, capture: { files: [] } },
    });
    expect(report.verdictReason).toBe(
      'Of 12 pods, 3 have problems: pod shop-02, pod shop-06, pod shop-10. Nothing was found in the others.',
    );
    expect(
      report.causes.map(({ finding, members, differences }) => [
        finding.kind,
        members.toSorted(),
        differences,
      ]),
    ).toEqual([
      [
        'heap-leak',
        LEAKING,
        [
          {
            what: 'image',
            these: 'registry.example:5000/shop/shop:2',
            others: 'registry.example:5000/shop/shop:1',
          },
          { what: 'age', these: '60 min', others: '5 h' },
        ],
      ],
    ]);
    const log = run.log();
    expect(log.filter((line) => line.startsWith('begin'))).toHaveLength(12);
    expect(mostAtOnce(log)).toBeLessThanOrEqual(3);
  });

  test('as text, with recordings and a flame graph of all', async () => {
    const out = join(folder, 'kept');
    const flame = join(folder, 'all.html');
    const words = ['deployment/shop', '--all', '-o', out, '--flame', flame, '--fail-on', 'warning'];
    const { code, stdout, stderr } = await start(twelve(), words).ended;
    expect([code, stderr]).toEqual([1, `Flame graph: ${flame}\n`]);
    expect(stdout).toMatch(/^ POD {7}NODE {5}IMAGE {4}AGE {6}RSS {4}/m);
    expect(stdout).toMatch(/^ shop-02 {3}node-b {3}shop:2 {3}60 min .+heap-leak$/m);
    expect(stdout).toMatch(/^ {3}Pods {8}3 of 12: shop-\d\d, shop-\d\d, shop-\d\d; shown as in shop-\d\d$/m);
    expect(stdout).toContain(
      '\n   Differ in   image: registry.example:5000/shop/shop:2; without this cause:',
    );
    expect(stdout).toContain('\n   Captured    12 pods, each for 30 s; 12 restored as they were\n');
    expect(readdirSync(out).sort()).toEqual(TWELVE.map((pod) => `${pod.name}.tgz`));
    expect(readFileSync(join(out, 'shop-02.tgz')).equals(readFileSync(recordings.leaking))).toBe(true);
    const graph = readFileSync(flame, 'utf8');
    for (const pod of TWELVE) expect(graph).toContain(pod.name);
  });
});

test('a pod that cannot be looked at is a row with its reason', async () => {
  const says = 'OCI runtime exec failed: exec: "node": executable file not found in $PATH';
  const pods: FakePod[] = [
    { name: 'no-node', does: { says } },
    { name: 'gone', does: { says: 'Error from server (NotFound): pods "gone" not found' } },
    { name: 'crashing', isRunning: false },
    { name: 'going', deletedAt: '2026-11-20T10:00:00Z' },
    { name: 'done', phase: 'Succeeded', isRunning: false },
  ];
  const { code, stdout, stderr } = await start(pods, ['deployment/shop', '--all', '--json', '-']).ended;
  expect([code, stderr]).toEqual([3, '']);
  const { members, verdict, verdictReason, causes }: FamilyReport = JSON.parse(stdout);
  expect(members.map((member) => [member.name, member.notLookedAt])).toEqual([
    ['crashing', 'The container app of pod crashing is not running (the pod is Running).'],
    ['going', 'It is being deleted.'],
    ['gone', 'There is no pod gone (container app, namespace prod).'],
    ['no-node', 'No Node.js was found in pod no-node (container app, namespace prod).'],
  ]);
  expect([verdict, causes]).toEqual(['too-little-data', []]);
  expect(verdictReason).toBe('None of the 4 pods could be diagnosed.');
});

test('Ctrl-C ends the looks that run, begins no other, and leaves nothing behind', async () => {
  const pods = TWELVE.slice(0, 5).map((pod) => ({ ...pod, does: { sends: recordings.old, waits: true } }));
  const run = start(pods, ['deployment/shop', '--all', '--parallel', '2', '--json', '-']);
  await until('two looks have begun', () => run.log().length === 2);
  run.child.kill('SIGINT');
  const { code, stdout, stderr } = await run.ended;
  expect([code, stderr]).toEqual([0, '']);
  const { members }: FamilyReport = JSON.parse(stdout);
  expect(members.map((member) => member.notLookedAt ?? member.report?.verdict)).toEqual([
    'healthy',
    'healthy',
    ...Array.from({ length: 3 }, () => 'culprit was interrupted before it reached this pod.'),
  ]);
  expect(run.log().toSorted()).toEqual(['begin shop-01', 'begin shop-02', 'end shop-01', 'end shop-02']);
});

const REVISION = 'deployment.kubernetes.io/revision';
const replicaSet = (hash: string, revision: number, replicas: number) => ({
  kind: 'ReplicaSet',
  metadata: {
    ...{ name: `shop-${hash}`, namespace: 'prod', labels: { app: 'shop', hash } },
    annotations: { [REVISION]: String(revision) },
  },
  spec: { selector: { matchLabels: { app: 'shop', hash } } },
  status: { replicas },
});
const ROLLOUT = [replicaSet('aaa', 8, 0), replicaSet('bbb', 10, 3), replicaSet('ccc', 9, 3)];

function sidePods(): FakePod[] {
  const pods = (hash: string, sends: string, track: string) =>
    [1, 2, 3].map((index) => ({ name: `shop-${hash}-${index}`, labels: { hash, track }, does: { sends } }));
  return [...pods('bbb', recordings.leaking, 'canary'), ...pods('ccc', recordings.healthy, 'stable')];
}

describe('two sides of a rollout', () => {
  test.each([
    ['old,new', ['old (shop-ccc)', 'new (shop-bbb)']],
    ['shop-ccc,replicaset/shop-bbb', ['shop-ccc', 'replicaset/shop-bbb']],
    ['track=stable,track=canary', ['track=stable', 'track=canary']],
  ])('--compare %s: the verdict of a comparison, and a gate that fails', async (sides, labels) => {
    const gate = ['--fail-on', 'findings.new', '--json', '-'];
    const words = ['deployment/shop', '--compare', sides, '--parallel', '1', ...gate];
    const run = start(sidePods(), words, ROLLOUT);
    const { code, stdout, stderr } = await run.ended;
    expect([code, stderr]).toEqual([1, '']);
    const { base, head, findings, gates }: Comparison = JSON.parse(stdout);
    expect([base.label, base.runs, head.label, head.runs]).toEqual([labels[0], 3, labels[1], 3]);
    expect(findings.map(({ kind, presence }) => [kind, presence])).toEqual([['heap-leak', 'new']]);
    expect(gates?.decisions.map(({ rule, outcome }) => [rule, outcome])).toEqual([['findings.new', 'fail']]);
    const order = run.log().flatMap((line) => /^begin shop-(.+)/.exec(line)?.[1] ?? []);
    expect(order).toEqual(['ccc-1', 'bbb-1', 'ccc-2', 'bbb-2', 'ccc-3', 'bbb-3']);
  });

  test('two workloads, with recordings for culprit compare; a pod that is missing is said', async () => {
    const out = join(folder, 'sides');
    const says = 'Error from server (NotFound): pods "x" not found';
    const pods = sidePods().map((pod) => (pod.name === 'shop-ccc-3' ? { ...pod, does: { says } } : pod));
    const words = ['--compare', 'replicaset/shop-ccc,replicaset/shop-bbb', '-o', out, '--json', '-'];
    const { code, stdout, stderr } = await start(pods, words, ROLLOUT).ended;
    expect([code, stderr]).toEqual([0, '']);
    const { base, warnings }: Comparison = JSON.parse(stdout);
    expect(base.runs).toBe(2);
    expect(warnings[0]).toBe(
      'Pod shop-ccc-3 of replicaset/shop-ccc is missing: There is no pod shop-ccc-3 (container app, namespace prod).',
    );
    expect(readdirSync(join(out, 'base'))).toEqual(['shop-ccc-1.tgz', 'shop-ccc-2.tgz']);
    expect(readdirSync(join(out, 'head'))).toHaveLength(3);
  });

  test('one side of which no pod can be looked at is an error', async () => {
    const says = 'Error from server (NotFound): pods "x" not found';
    const pods = sidePods().map((pod) => (pod.name.includes('ccc') ? { ...pod, does: { says } } : pod));
    const { code, stdout, stderr } = await start(pods, ['deployment/shop', '--compare', 'old,new'], ROLLOUT)
      .ended;
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(
      'No pod of old (shop-ccc) could be diagnosed. Pod shop-ccc-1 of old (shop-ccc) is missing:',
    );
  });
});

test.each<[string, number, string[]]>([
  ['--all needs a workload or labels.', 2, ['--all']],
  ['Both a name and labels (-l) were given', 2, ['shop', '-l', 'app=shop']],
  [
    '--dry-run applies to one process, but several are captured.',
    2,
    ['deployment/shop', '--all', '--dry-run'],
  ],
  ['--parallel 0 is out of range.', 2, ['deployment/shop', '--all', '--parallel', '0']],
  ['"heap.leak" is not a severity.', 2, ['deployment/shop', '--all', '--fail-on', 'heap.leak']],
  ['Pod two has several containers: app, proxy.', 2, ['deployment/shop', '--all']],
  ['-l app=other has no running pod.', 3, ['-l', 'app=other']],
  ['There is no deployment/other.', 3, ['deployment/other', '--all']],
  ['--compare "old" does not name two sides.', 2, ['deployment/shop', '--compare', 'old']],
  ['"old" and "new" refer to a rollout, and none was named.', 2, ['--compare', 'old,new']],
  ['deployment/shop has pods of no ReplicaSet', 3, ['deployment/shop', '--compare', 'old,new']],
  ['is on both sides', 2, ['-l', 'app=shop', '--compare', 'app=shop,deployment/shop', '-c', 'app']],
])('refused as a whole: %s', async (message, status, words) => {
  const { code, stdout, stderr } = await start([{ name: 'two', containers: ['app', 'proxy'] }], words).ended;
  expect([code, stdout, stderr]).toEqual([status, '', expect.stringContaining(message)]);
});
