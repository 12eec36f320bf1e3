// `culprit k8s` through the real kubectl, which speaks to a stand-in for the API server; what it executes is forwarded into a
// real container.
import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { lacking, requires } from '../support/requires.ts';
import {
  CONTAINER_NODE,
  type ContainerRoot,
  type RunningContainer,
  removeAllContainers,
} from './support/containers.ts';
import {
  auditOf,
  type CulpritResult,
  reportOf,
  runCulprit,
  startCulprit,
  triageOf,
} from './support/culprit.ts';
import {
  type ExecCall,
  type KubeObject,
  type KubeObjects,
  type KubeStub,
  startKubeStub,
} from './support/kube-stub.ts';
import { findKubectl } from './support/kubectl.ts';
import { leftovers, podRoot, serves, startPod, VIA } from './support/pod.ts';
import { until } from './support/wait.ts';

requires('kubectl', 'containers');
let kubectlPath = '';
let root: ContainerRoot;
let container: RunningContainer;
const stubs: KubeStub[] = [];

beforeAll(async () => {
  if (await lacking('kubectl', 'containers')) return;
  const kubectl = await findKubectl();
  if ('path' in kubectl) kubectlPath = kubectl.path;
  root = await podRoot();
  container = await startPod(root, 'leak');
});

afterAll(async () => {
  await removeAllContainers();
  root?.remove();
});

beforeEach(() => async () => {
  for (const stub of stubs.splice(0)) await stub.end();
});

const pod = (name: string, namespace = 'default', containers = ['app'], change: object = {}): KubeObject => ({
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: 'shop' } },
  spec: { containers: containers.map((one) => ({ name: one, image: 'shop:1' })) },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: containers.map((one) => ({ name: one, ready: true, state: { running: {} } })),
    ...change,
  },
});
const deployment: KubeObject = {
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'staging' },
  spec: { selector: { matchLabels: { app: 'shop' } } },
};

/** As a container runtime would run it: the image's PATH leads to its Node.js. */
function inContainer({ command }: ExecCall): ChildProcess {
  const [program = '', ...args] = command;
  const [podman = '', ...words] = VIA.split(' ');
  return spawn(podman, [
    ...words,
    'exec',
    '-i',
    container.name,
    program === 'node' ? CONTAINER_NODE : program,
    ...args,
  ]);
}

async function stubFor(objects: KubeObject[], more: Partial<KubeObjects> = {}): Promise<KubeStub> {
  const stub = await startKubeStub({ objects, exec: inContainer, ...more });
  stubs.push(stub);
  return stub;
}

const environment = ({ kubeconfig }: KubeStub) => ({
  KUBECONFIG: kubeconfig,
  PATH: kubectlPath ? `${kubectlPath}:${process.env.PATH}` : process.env.PATH!,
});
const k8s = (stub: KubeStub, args: string[]): Promise<CulpritResult> =>
  runCulprit(['k8s', ...args], { env: environment(stub) });

test('a deployment in a namespace of a context leads to a ready pod of it, and its leak is named', async () => {
  const pending = pod('shop-a', 'staging', ['app'], { phase: 'Pending', containerStatuses: [] });
  const stub = await stubFor([pending, pod('shop-b', 'staging', ['app', 'proxy']), deployment]);
  const args = [
    'deployment/shop',
    '--context',
    'other',
    '-n',
    'staging',
    '-c',
    'app',
    '--',
    '--duration',
    '14s',
    '--json',
    '-',
  ];
  const report = reportOf(await k8s(stub, args));
  expect(report.findings[0]).toMatchObject({ kind: 'heap-leak', subject: { function: 'openBasket' } });
  expect(report.target).toMatchObject({
    pid: 1,
    location: 'pod shop-b (container app, namespace staging)',
  });
  expect(
    stub.execs.map(({ verb, namespace, pod: name, container: one, command }) => ({
      verb,
      namespace,
      name,
      one,
      node: command[0],
      asked: command.slice(-16, -12),
    })),
  ).toEqual([
    {
      verb: 'exec',
      namespace: 'staging',
      name: 'shop-b',
      one: 'app',
      node: 'node',
      asked: ['auto', '--duration', '14s', '--interval'],
    },
  ]);
  expect(await serves(container)).toBe(true);
  expect(leftovers(container)).toEqual([]);
}, 60_000);

test('the namespace of the context counts where none is given', async () => {
  const stub = await stubFor([pod('shop-1', 'staging')]);
  const { code, stdout, stderr } = await k8s(stub, [
    'shop-1',
    '--context',
    'other',
    '--duration',
    '2s',
    '--quiet',
  ]);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/app\/leak\.cjs/);
  expect(code).toBe(0);
});

test('an image without Node.js gets a container beside it, in its process namespace', async () => {
  const stub = await stubFor([pod('bare-1')], {
    exec: (call) =>
      call.verb === 'attach'
        ? inContainer(call)
        : `error executing command in container: OCI runtime exec failed: exec: "${call.command[0]}": executable file not found in $PATH`,
  });
  const { code, stdout, stderr } = await k8s(stub, [
    'bare-1',
    '--duration',
    '2s',
    '--quiet',
    '--debug-image',
    'node:20-slim',
  ]);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/app\/leak\.cjs/);
  expect(code).toBe(0);
  expect(stub.execs.at(-1)).toMatchObject({ verb: 'attach', pod: 'bare-1' });
  expect(stub.requests.filter((line) => line.startsWith('PATCH'))).toEqual([
    expect.stringContaining('/namespaces/default/pods/bare-1/ephemeralcontainers'),
  ]);
});

test('a link that is cut gives a report of what came, and the target is clean within the lease', async () => {
  const stub = await stubFor([pod('shop-1')]);
  const culprit = startCulprit(['k8s', 'shop-1', '--duration', '60s', '--json', '-'], {
    env: environment(stub),
  });
  await until('the profiler runs', () => leftovers(container).includes('v8:ProfEvntProc'));
  await until('some of it has come', () => stub.sentBytes() > 1_000);
  stub.cutLinks();
  const result = await culprit.ended;
  expect(result.stderr).toBe('');
  const report = reportOf(result);
  expect(report.warnings[0]!.code).toBe('connection-lost');
  expect(report.capture.restored).toBeNull();
  await until('nothing of ours is left', () => leftovers(container).length === 0, 15_000);
  expect(await serves(container)).toBe(true);
}, 60_000);

test.each<[string, string[], KubeObject[], RegExp, number, Partial<KubeObjects>?]>([
  ['no such pod', ['shop-9'], [], /There is no pod "shop-9"\./, 3],
  ['no such deployment', ['deployment/shop'], [], /There is no deployment\/shop\./, 3],
  ['no such context', ['shop-1', '--context', 'moon'], [], /There is no context "moon"\./, 3],
  ['a cluster out of reach', ['shop-1', '--context', 'nowhere'], [], /Cannot reach pod "shop-1"\./, 3],
  [
    'several containers',
    ['two-1'],
    [pod('two-1', 'default', ['app', 'proxy'])],
    /several containers: app, proxy\.\n {2}Choose one with -c\./,
    2,
  ],
  [
    'no such container',
    ['two-1', '-c', 'api'],
    [pod('two-1', 'default', ['app', 'proxy'])],
    /no container "api"\.\n {2}It has: app, proxy\./,
    2,
  ],
  [
    'a container that does not run',
    ['down-1'],
    [pod('down-1', 'default', ['app'], { containerStatuses: [] })],
    /container app of pod down-1 is not running/,
    3,
  ],
  [
    'a deployment without a running pod',
    ['deployment/shop', '-n', 'staging'],
    [deployment],
    /deployment\/shop has no running pod/,
    3,
  ],
  [
    'no right to read pods',
    ['shop-1'],
    [pod('shop-1')],
    /Permission denied for pod "shop-1" \(no right to pods\)\./,
    3,
    { forbidden: ['pods'] },
  ],
  [
    'no right to execute',
    ['shop-1', '--no-debug-image'],
    [pod('shop-1')],
    /Permission denied for pod shop-1/,
    3,
    { forbidden: ['pods/exec'] },
  ],
])('%s is said with the cure', async (_what, args, objects, message, code, more) => {
  const result = await k8s(await stubFor(objects, more), [...args, '--duration', '1s']);
  expect(result.stderr).toMatch(message);
  expect(result.stdout).toBe('');
  expect(result.code).toBe(code);
});

test('without kubectl it says what is missing', async () => {
  const { code, stderr } = await runCulprit(['k8s', 'shop-1'], { env: { PATH: '/nowhere' } });
  expect(stderr).toBe(
    'culprit: kubectl is not on the PATH.\n  Install kubectl, or choose another transport with --via (kubectl, podman, docker, ssh).\n',
  );
  expect(code).toBe(3);
});

test('a dry run prints the commands and asks nobody', async () => {
  const { code, stdout } = await runCulprit(['k8s', 'shop-1', '-n', 'prod', '--dry-run'], {
    env: { PATH: '/nowhere' },
  });
  const lines = stdout.replace(/ \S*culprit-recorder\.cjs/, ' culprit-recorder.cjs').split('\n');
  expect(lines[3]).toBe(
    'kubectl --namespace prod exec -i shop-1 -- node - record auto --duration 30s --interval 1s --max-pause 100ms --budget 1 --snapshot never --async burst --cpu auto < culprit-recorder.cjs > recording.tgz',
  );
  expect(code).toBe(0);
});

test('an audit reads the settings in the pod, and the pod spec with them', async () => {
  const probe = { httpGet: { path: '/health', port: 8080 }, timeoutSeconds: 1 };
  const audited = pod('shop-1');
  audited.spec = { containers: [{ name: 'app', image: 'shop:1', livenessProbe: probe }] };
  const stub = await stubFor([audited]);
  const result = await runCulprit(['audit', 'k8s', 'shop-1', '--json', '-'], { env: environment(stub) });
  expect(result.stderr).toBe('');
  const report = auditOf(result);
  expect(report.target).toMatchObject({ pid: 1, location: 'pod shop-1 (container app, namespace default)' });
  expect(report.audit.level).toBeGreaterThanOrEqual(1);
  const checks = report.audit.checked.map(({ check, outcome }) => `${check}: ${outcome}`);
  expect(checks).toContain('readinessProbe: finding');
  expect(checks).toContain('SIGTERM handler: ok');
  expect(leftovers(container)).toEqual([]);
  expect(await serves(container)).toBe(true);
});

test('triage reads the log of the run before, the status and the events of the pod', async () => {
  const ended = {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'app',
        restartCount: 3,
        state: { running: {} },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-11-20T10:00:00Z' } },
      },
    ],
  };
  const logs = { 'shop-1/app/previous': 'ready\n', 'shop-1/app': 'ready\n' };
  const stub = await stubFor([pod('shop-1', 'default', ['app'], ended)], { logs });
  const result = await runCulprit(['triage', 'k8s', 'shop-1', '--json', '-'], { env: environment(stub) });
  expect(result.stderr).toBe('');
  const [first] = triageOf(result).findings;
  expect(first).toMatchObject({ kind: 'crash', crash: { label: 'container-oom' } });
  const asked = stub.requests
    .filter((line) => /\/log|\/events/.test(line))
    .map((line) => line.replace(/[?].*/, ''));
  expect(asked).toEqual([
    'GET /api/v1/namespaces/default/events',
    'GET /api/v1/namespaces/default/pods/shop-1/log',
    'GET /api/v1/namespaces/default/pods/shop-1/log',
  ]);
});

test('a pod that waits to be started again tells why it ended', async () => {
  const waiting = {
    phase: 'Running',
    conditions: [],
    containerStatuses: [
      {
        name: 'app',
        restartCount: 5,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      },
    ],
  };
  const log =
    "Error: Cannot find module './config'\nRequire stack:\n- /app/server.js\n    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15) {\n  code: 'MODULE_NOT_FOUND',\n  requireStack: [ '/app/server.js' ]\n}\n\nNode.js v20.20.2\n";
  const stub = await stubFor([pod('shop-1', 'staging', ['app'], waiting), deployment], {
    logs: { 'shop-1/app': log },
  });
  const result = await runCulprit(['triage', 'k8s', 'deployment/shop', '-n', 'staging', '--json', '-'], {
    env: environment(stub),
  });
  expect(result.stderr).toBe('');
  expect(triageOf(result).findings).toEqual([
    expect.objectContaining({ kind: 'crash', crash: expect.objectContaining({ label: 'startup-failure' }) }),
  ]);
});
