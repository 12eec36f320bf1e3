// `culprit k8s --all` and `--compare` through the real kubectl and a stand-in for the API server: twelve pods, each a process here,
// three of which leak.
import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Comparison } from '../../src/model/comparison/comparison.ts';
import type { FamilyReport } from '../../src/model/finding.ts';
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
const LEAKING = ['shop-02', 'shop-06', 'shop-10'];
const names = Array.from({ length: 12 }, (_, index) => `shop-${String(index + 1).padStart(2, '0')}`);
const targets = new Map<string, RunningTarget>();
let kubectlPath = '';
let stub: KubeStub;

/** Those that leak are of a new version. */
const pod = (name: string): KubeObject => ({
  kind: 'Pod',
  metadata: {
    ...{ name, namespace: 'prod' },
    labels: { app: 'shop', track: LEAKING.includes(name) ? 'canary' : 'stable' },
  },
  spec: {
    nodeName: `node-${Number(name.slice(-2)) % 3}`,
    containers: [{ name: 'app', image: LEAKING.includes(name) ? 'shop:2' : 'shop:1' }],
  },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ name: 'app', ready: true, state: { running: {} } }],
  },
});
const deployment: KubeObject = {
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'prod' },
  spec: { selector: { matchLabels: { app: 'shop' } } },
};

/** All pods share this machine, so the recorder is told which process is its pod's. */
function inPod({ pod: name, command }: ExecCall): ChildProcess | string {
  const target = targets.get(name);
  if (!target) return 'exec: "node": executable file not found in $PATH';
  const args = command.slice(1);
  args[args.indexOf('record') + 1] = String(target.pid);
  return spawn(process.execPath, args);
}

beforeAll(async () => {
  if (await lacking('kubectl')) return;
  const kubectl = await findKubectl();
  if ('path' in kubectl) kubectlPath = kubectl.path;
  for (const name of names)
    targets.set(name, await startTarget({ code: SERVER, env: LEAKING.includes(name) ? { LEAKS: '1' } : {} }));
  stub = await startKubeStub({ objects: [...names, 'shop-13'].map(pod).concat(deployment), exec: inPod });
}, 60_000);

afterAll(async () => {
  await stub?.end();
  await endAllTargets();
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
  for (const [name, { pid, port }] of targets) expect(await openInspectorPort(pid, port), name).toBeNull();
}

test('the leak is named in three of twelve, with what differs; the pod without Node.js is a row', async () => {
  const result = await runCulprit([...WORDS, 'deployment/shop', '--all', '--duration', '20s'], options());
  await expectClean(result);
  expect(result.code, result.stderr).toBe(0);
  const { members, causes }: FamilyReport = JSON.parse(result.stdout);
  expect(members.map((member) => [member.name, member.report?.capture.restored])).toEqual([
    ...names.map((name) => [name, true]),
    ['shop-13', undefined],
  ]);
  expect(members.at(-1)!.notLookedAt).toMatch(/^No Node\.js was found in pod shop-13/);
  // On a machine that is short of CPU time all of them may be starved besides.
  const leaks = causes.filter(({ finding }) => finding.kind === 'heap-leak');
  const said = leaks.map(({ finding, members: those }) => `${those.join(', ')}: ${finding.title}`).join('\n');
  expect(
    leaks.map((cause) => cause.members.toSorted()),
    said,
  ).toEqual([LEAKING]);
  expect(leaks[0]!.finding.title).toContain('baskets');
  expect(leaks[0]!.differences).toContainEqual({ what: 'image', these: 'shop:2', others: 'shop:1' });
}, 300_000);

test('the leak is new on one of two sides, and fails a gate', async () => {
  const sides = ['-l', 'app=shop', '--compare', 'track=stable,track=canary', '--fail-on', 'findings.new'];
  const result = await runCulprit([...WORDS, ...sides, '--duration', '20s'], options());
  await expectClean(result);
  expect(result.code, result.stderr).toBe(1);
  const { base, head, findings, warnings }: Comparison = JSON.parse(result.stdout);
  expect([base.label, base.runs, head.label, head.runs]).toEqual(['track=stable', 9, 'track=canary', 3]);
  const leaks = findings.filter(({ kind }) => kind === 'heap-leak');
  expect(leaks.map(({ presence, title }) => [presence, title])).toEqual([
    ['new', expect.stringContaining('baskets')],
  ]);
  expect(warnings[0]).toMatch(/^Pod shop-13 of track=stable is missing: No Node\.js was found/);
}, 300_000);

test('Ctrl-C right after three looks began ends them, begins no other, and leaves all pods clean', async () => {
  const before = stub.execs.length;
  const words = [...WORDS, 'deployment/shop', '--all', '--duration', '60s', '--parallel', '3'];
  const culprit = startCulprit(words, options());
  await until('three looks have begun', () => stub.execs.length >= before + 3);
  culprit.kill('SIGINT');
  const result = await culprit.ended;
  await expectClean(result);
  const { members }: FamilyReport = JSON.parse(result.stdout);
  expect(members.slice(0, 3).map(({ report }) => report?.capture.restored)).toEqual([true, true, true]);
  expect(members.slice(3).map(({ notLookedAt }) => notLookedAt)).toEqual(
    members.slice(3).map(() => 'culprit was interrupted before its turn.'),
  );
  expect(stub.execs.length).toBe(before + 3);
}, 120_000);
