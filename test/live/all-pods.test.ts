// `culprit k8s --all` and `--compare` through the real kubectl and a stand-in for the API server: twelve pods with recordings made
// before, three of which leak, and four that are processes here.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Comparison } from '../../src/model/comparison/comparison.ts';
import type { FamilyReport } from '../../src/model/finding.ts';
import { packRecording } from '../../src/recording/archive.ts';
import { CALM, writeRecording } from '../support/build-recording.ts';
import { lacking, requires } from '../support/requires.ts';
import { type CulpritResult, runCulprit, startCulprit, wentWrongInside } from './support/culprit.ts';
import { type ExecCall, type KubeObject, type KubeStub, startKubeStub } from './support/kube-stub.ts';
import { findKubectl } from './support/kubectl.ts';
import { openInspectorPort } from './support/observe.ts';
import { endAllTargets, type RunningTarget, startTarget } from './support/target.ts';
import { until } from './support/wait.ts';

requires('kubectl');

/** Serves itself 20 requests a second. */
const SERVER = `
const http = require('http');
const baskets = new Map();
let n = 0;
function openBasket() { for (let i = 0; i < 40; i++) baskets.set(++n, { n, at: new Date(), text: 'x' + n }); }
const server = http.createServer((req, res) => res.end('ok ' + JSON.stringify(req.headers).length));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  setInterval(() => http.get({ port, host: '127.0.0.1', agent: false }, (res) => res.resume()).on('error', () => {}), 50);
  if (process.env.LEAKS) setInterval(openBasket, 25);
  console.log('READY ' + port);
});
`;
/** Of these the recordings were made before: what is under test is the way to them. */
const RECORDED = Array.from({ length: 12 }, (_, index) => `shop-${String(index + 1).padStart(2, '0')}`);
const LEAKING = ['shop-02', 'shop-06', 'shop-10'];
/** Each of these is a process here. */
const RUNNING = ['live-1', 'live-2', 'live-3', 'live-4'];
const RUNNING_AND_LEAKING = ['live-2', 'live-4'];
const targets = new Map<string, RunningTarget>();
const recordings = { leaking: '', healthy: '' };
let folder: string;
let kubectlPath = '';
let stub: KubeStub;

/** Those that leak are of a new version. */
function pod(name: string, index: number): KubeObject {
  const isNew = [...LEAKING, ...RUNNING_AND_LEAKING].includes(name);
  const app = name.split('-')[0]!;
  return {
    kind: 'Pod',
    metadata: { name, namespace: 'prod', labels: { app, track: isNew ? 'canary' : 'stable' } },
    spec: {
      nodeName: `node-${index % 3}`,
      containers: [{ name: 'app', image: isNew ? 'shop:2' : 'shop:1' }],
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'app', ready: true, state: { running: {} } }],
    },
  };
}
const workload = (kind: string, app: string): KubeObject => ({
  kind,
  metadata: { name: app, namespace: 'prod' },
  spec: { selector: { matchLabels: { app } } },
});

/** Takes the code of a recorder, and sends a recording in its place. */
const REPLAY = `
let left = Number(process.argv[1]);
process.stdin.on('data', (chunk) => {
  left -= chunk.length;
  if (left <= 0) process.stdout.write(require('fs').readFileSync(process.argv[2]), () => process.exit());
});
`;

/** All pods share this machine, so the recorder is told which process is its pod's. */
function inPod({ pod: name, command }: ExecCall): ChildProcess | string {
  const args = command.slice(1);
  const at = args.indexOf('record');
  const target = targets.get(name);
  if (target) return spawn(process.execPath, args.with(at + 1, String(target.pid)));
  if (!RECORDED.includes(name)) return 'exec: "node": executable file not found in $PATH';
  const file = LEAKING.includes(name) ? recordings.leaking : recordings.healthy;
  return spawn(process.execPath, ['-e', REPLAY, args[at - 1]!, file]);
}

beforeAll(async () => {
  if (await lacking('kubectl')) return;
  const kubectl = await findKubectl();
  if ('path' in kubectl) kubectlPath = kubectl.path;
  folder = mkdtempSync(join(tmpdir(), 'culprit-pods-'));
  for (const name of ['leaking', 'healthy'] as const) {
    recordings[name] = join(folder, `${name}.tgz`);
    const recording = await writeRecording(join(folder, name), { leaks: name === 'leaking', turn: CALM });
    await packRecording(recording, recordings[name]);
  }
  for (const name of RUNNING) {
    const env = RUNNING_AND_LEAKING.includes(name) ? { LEAKS: '1' } : undefined;
    targets.set(name, await startTarget({ code: SERVER, env }));
  }
  const pods = [...RECORDED, 'shop-13', ...RUNNING].map(pod);
  const workloads = [workload('StatefulSet', 'shop'), workload('Deployment', 'live')];
  stub = await startKubeStub({ objects: [...pods, ...workloads], exec: inPod });
}, 60_000);

afterAll(async () => {
  await stub?.end();
  await endAllTargets();
  rmSync(folder, { recursive: true, force: true });
});

const WORDS = ['k8s', '-n', 'prod', '--no-debug-image', '--json', '-'];
const options = () => ({
  env: {
    KUBECONFIG: stub.kubeconfig,
    PATH: kubectlPath ? `${kubectlPath}:${process.env.PATH}` : process.env.PATH!,
  },
  atMostMillis: 240_000,
});

async function expectClean(result: CulpritResult): Promise<void> {
  expect(wentWrongInside(result)).toBeNull();
  for (const [name, { pid, port }] of targets)
    await until(`${name} is clean`, async () => (await openInspectorPort(pid, port)) === null);
}

/** For the message of a failure. */
const sayAll = (members: FamilyReport['members']) =>
  members
    .map(({ name, report }) => [
      name,
      report?.verdictReason,
      ...(report?.findings ?? []).map(({ title }) => title),
    ])
    .map((words) => words.join(' | '))
    .join('\n');

const outcomeOf = ({ name, report, notLookedAt }: FamilyReport['members'][number]) => [
  name,
  notLookedAt ?? report?.capture.restored,
];

test('of a stateful set of thirteen: the leak in three of twelve, and the pod without Node.js is a row', async () => {
  const result = await runCulprit([...WORDS, 'statefulset/shop', '--all'], options());
  expect(wentWrongInside(result)).toBeNull();
  expect(result.code, result.stderr).toBe(0);
  const { members, causes }: FamilyReport = JSON.parse(result.stdout);
  expect(members.map(outcomeOf)).toEqual([
    ...RECORDED.map((name) => [name, true]),
    ['shop-13', 'No Node.js was found in pod shop-13 (container app, namespace prod).'],
  ]);
  expect(
    causes.map(({ finding, members: those, differences }) => [finding.kind, those.toSorted(), differences]),
  ).toEqual([['heap-leak', LEAKING, [{ what: 'image', these: 'shop:2', others: 'shop:1' }]]]);
}, 300_000);

test('the leak of running servers is named in those that have it, with what differs', async () => {
  const result = await runCulprit([...WORDS, 'deployment/live', '--all', '--duration', '30s'], options());
  await expectClean(result);
  expect(result.code, result.stderr).toBe(0);
  const { members, causes }: FamilyReport = JSON.parse(result.stdout);
  expect(members.map(outcomeOf)).toEqual(RUNNING.map((name) => [name, true]));
  // On a machine that is short of CPU time all of them may be starved besides.
  const leaks = causes.filter(({ finding }) => finding.kind === 'heap-leak');
  expect(
    leaks.map((cause) => cause.members.toSorted()),
    sayAll(members),
  ).toEqual([RUNNING_AND_LEAKING]);
  expect(leaks[0]!.finding.title).toContain('baskets');
  expect(leaks[0]!.differences).toContainEqual({ what: 'image', these: 'shop:2', others: 'shop:1' });
}, 300_000);

test('the leak is new on one of two sides, and fails a gate', async () => {
  const sides = ['-l', 'app=shop', '--compare', 'track=stable,track=canary', '--fail-on', 'findings.new'];
  const result = await runCulprit([...WORDS, ...sides], options());
  expect(wentWrongInside(result)).toBeNull();
  expect(result.code, result.stderr).toBe(1);
  const { base, head, findings, warnings }: Comparison = JSON.parse(result.stdout);
  expect([base.label, base.runs, head.label, head.runs]).toEqual(['track=stable', 9, 'track=canary', 3]);
  expect(findings.map(({ kind, presence }) => [kind, presence])).toEqual([['heap-leak', 'new']]);
  expect(warnings[0]).toMatch(/^Pod shop-13 of track=stable is missing: No Node\.js was found/);
}, 300_000);

test('Ctrl-C right after the looks began ends them, begins no other, and leaves all pods clean', async () => {
  const before = stub.execs.length;
  const words = [...WORDS, 'deployment/live', '--all', '--duration', '60s', '--parallel', '2'];
  const culprit = startCulprit(words, options());
  await until('two looks have begun', () => stub.execs.length >= before + 2);
  culprit.kill('SIGINT');
  const result = await culprit.ended;
  await expectClean(result);
  const { members }: FamilyReport = JSON.parse(result.stdout);
  // Where CPU time is short, one that is just starting is let go, and restores its pod by itself.
  expect(members.slice(0, 2).filter(({ report }) => report?.capture.restored === false)).toEqual([]);
  expect(members.slice(2).map(({ notLookedAt }) => notLookedAt)).toEqual(
    members.slice(2).map(() => 'culprit was interrupted before it reached this pod.'),
  );
  expect(stub.execs.length).toBe(before + 2);
}, 120_000);
