// A small stand-in for the API server of Kubernetes: enough of discovery, pods, workloads, logs and events for the real kubectl,
// and exec, attach and ephemeral containers over its streaming protocol (WebSocket, v4 and v5.channel.k8s.io, as kubectl
// speaks it since 1.31). What is executed is handed to the test, which runs it in a container of its own.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';

export interface ExecCall {
  verb: 'exec' | 'attach';
  namespace: string;
  pod: string;
  container: string | null;
  command: string[];
}

export interface KubeStub {
  /** For --kubeconfig or KUBECONFIG. */
  kubeconfig: string;
  /** "GET /api/v1/..." in order. */
  requests: string[];
  execs: ExecCall[];
  /** Of standard output of all that was executed. */
  sentBytes(): number;
  /** Ends all exec connections at once, as a network that breaks does. */
  cutLinks(): void;
  end(): Promise<void>;
}

export interface KubeObjects {
  /** Whole objects as `kubectl get -o json` shows them: Pods, Deployments, Services, Events. */
  objects: KubeObject[];
  /** Logs by "pod/container", and "pod/container/previous". */
  logs?: Record<string, string>;
  /** Runs a command where the container is; a string is why it cannot. */
  exec?: (call: ExecCall) => ChildProcess | string;
  /** Objects that may not be read or made, such as "pods/exec". */
  forbidden?: string[];
}

export interface KubeObject {
  kind: string;
  metadata: { name: string; namespace: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

const CORE = ['pods', 'services', 'events', 'namespaces'];
const APPS = ['deployments', 'statefulsets', 'daemonsets', 'replicasets'];
const KIND_OF: Record<string, string> = {
  pods: 'Pod',
  services: 'Service',
  events: 'Event',
  namespaces: 'Namespace',
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  replicasets: 'ReplicaSet',
};

/** Listens on 127.0.0.1. Two contexts lead to it, "here" (the current one) and "other"; "nowhere" leads to a closed port. */
export async function startKubeStub(given: KubeObjects): Promise<KubeStub> {
  const requests: string[] = [];
  const execs: ExecCall[] = [];
  let sentBytes = 0;
  const sockets = new Set<Socket>();
  const children = new Set<ChildProcess>();
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(given, request, response);
  });
  const streams = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) =>
      ['v5.channel.k8s.io', 'v4.channel.k8s.io'].find((one) => offered.has(one)) ?? false,
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head) => {
    requests.push(`${request.method} ${request.url}`);
    sockets.add(socket);
    const call = execCallOf(request.url ?? '');
    if (!call || given.forbidden?.includes(`pods/${call.verb}`)) {
      const status = statusOf(
        403,
        'Forbidden',
        `pods "${call?.pod}" is forbidden: User "tester" cannot create resource "pods/exec" in API group "" in the namespace "${call?.namespace}"`,
      );
      socket.end(
        `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(status)}\r\nconnection: close\r\n\r\n${status}`,
      );
      return;
    }
    if (call.verb === 'attach') call.command = commandOfEphemeral(given, call);
    execs.push(call);
    streams.handleUpgrade(request, socket, head, (webSocket) => {
      const child = given.exec?.(call) ?? 'nothing can be executed here';
      if (typeof child === 'string') return refuse(webSocket, child);
      children.add(child);
      child.once('exit', () => children.delete(child));
      child.stdout!.on('data', (data: Buffer) => {
        sentBytes += data.length;
      });
      forward(webSocket, child);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const dir = mkdtempSync(join(tmpdir(), 'culprit-kube-'));
  const kubeconfig = join(dir, 'config');
  writeFileSync(kubeconfig, configFor(port));
  return {
    kubeconfig,
    requests,
    execs,
    sentBytes: () => sentBytes,
    cutLinks: () => {
      for (const socket of sockets) socket.destroy();
    },
    async end() {
      for (const socket of sockets) socket.destroy();
      for (const child of children) child.kill('SIGKILL');
      await closed(server);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function configFor(port: number): string {
  const cluster = (at: number) => ({ server: `http://127.0.0.1:${at}` });
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'stub', cluster: cluster(port) },
      { name: 'nothing', cluster: cluster(1) },
    ],
    users: [{ name: 'tester', user: {} }],
    contexts: [
      { name: 'here', context: { cluster: 'stub', user: 'tester', namespace: 'default' } },
      { name: 'other', context: { cluster: 'stub', user: 'tester', namespace: 'staging' } },
      { name: 'nowhere', context: { cluster: 'nothing', user: 'tester' } },
    ],
    'current-context': 'here',
  });
}

function answer(given: KubeObjects, request: IncomingMessage, response: ServerResponse): unknown {
  const url = new URL(request.url ?? '/', 'http://stub');
  const send = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const discovered = discovery(url.pathname);
  if (discovered) return send(200, discovered);
  const path =
    /^\/(?:api\/v1|apis\/apps\/v1)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(
      url.pathname,
    );
  const [, namespace = '', plural = '', name, sub] = path ?? [];
  if (given.forbidden?.includes(plural))
    return send(
      403,
      statusOf(
        403,
        'Forbidden',
        `${plural} "${name}" is forbidden: User "tester" cannot get resource "${plural}" in API group "" in the namespace "${namespace}"`,
      ),
    );
  const ofKind = given.objects.filter(
    (object) => object.kind === KIND_OF[plural] && object.metadata.namespace === namespace,
  );
  if (name === undefined) return send(200, listOf(plural, select(ofKind, url.searchParams)));
  const object = ofKind.find(({ metadata }) => metadata.name === name);
  if (!object) return send(404, statusOf(404, 'NotFound', `${plural} "${name}" not found`));
  if (sub === 'log') {
    const container = url.searchParams.get('container') ?? '';
    const key = `${name}/${container}${url.searchParams.get('previous') === 'true' ? '/previous' : ''}`;
    const log = given.logs?.[key];
    if (log === undefined)
      return send(
        400,
        statusOf(
          400,
          'BadRequest',
          `previous terminated container "${container}" in pod "${name}" not found`,
        ),
      );
    response.writeHead(200, { 'content-type': 'text/plain' });
    return response.end(log);
  }
  if (sub === 'ephemeralcontainers' && request.method === 'PATCH') return addEphemeral(object, request, send);
  return send(200, whole(plural, object));
}

const whole = (plural: string, object: KubeObject) => ({
  apiVersion: APPS.includes(plural) ? 'apps/v1' : 'v1',
  ...object,
});

/** As the kubelet would: the container is there, and runs. */
function addEphemeral(
  pod: KubeObject,
  request: IncomingMessage,
  send: (status: number, body: unknown) => void,
): void {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    const { spec } = JSON.parse(body) as { spec?: { ephemeralContainers?: { name: string }[] } };
    const added = spec?.ephemeralContainers ?? [];
    (pod.spec as Record<string, unknown>).ephemeralContainers = added;
    (pod.status as Record<string, unknown>).ephemeralContainerStatuses = added.map(({ name }) => ({
      name,
      state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
    }));
    send(200, { apiVersion: 'v1', ...pod });
  });
}

function commandOfEphemeral({ objects }: KubeObjects, { pod, container }: ExecCall): string[] {
  const found = objects.find(({ kind, metadata }) => kind === 'Pod' && metadata.name === pod);
  const { ephemeralContainers = [] } = (found?.spec ?? {}) as {
    ephemeralContainers?: { name: string; command?: string[]; args?: string[] }[];
  };
  const { command = [], args = [] } = ephemeralContainers.find(({ name }) => name === container) ?? {};
  return [...command, ...args];
}

function discovery(path: string): unknown {
  const resources = (names: string[]) =>
    names.map((name) => ({
      name,
      singularName: KIND_OF[name]!.toLowerCase(),
      namespaced: name !== 'namespaces',
      kind: KIND_OF[name],
      verbs: ['get', 'list', 'watch', 'patch'],
      shortNames: { pods: ['po'], deployments: ['deploy'], services: ['svc'], statefulsets: ['sts'] }[name],
    }));
  switch (path) {
    case '/version':
      return { major: '1', minor: '32', gitVersion: 'v1.32.0' };
    case '/api':
      return { kind: 'APIVersions', versions: ['v1'] };
    case '/apis':
      return {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: [
          {
            name: 'apps',
            versions: [{ groupVersion: 'apps/v1', version: 'v1' }],
            preferredVersion: { groupVersion: 'apps/v1', version: 'v1' },
          },
        ],
      };
    case '/api/v1':
      return {
        kind: 'APIResourceList',
        groupVersion: 'v1',
        resources: [
          ...resources(CORE),
          {
            name: 'pods/ephemeralcontainers',
            singularName: '',
            namespaced: true,
            kind: 'Pod',
            verbs: ['get', 'patch', 'update'],
          },
          {
            name: 'pods/exec',
            singularName: '',
            namespaced: true,
            kind: 'PodExecOptions',
            verbs: ['create', 'get'],
          },
        ],
      };
    case '/apis/apps/v1':
      return { kind: 'APIResourceList', groupVersion: 'apps/v1', resources: resources(APPS) };
    default:
      return undefined;
  }
}

function select(objects: KubeObject[], query: URLSearchParams): KubeObject[] {
  const wanted = (query.get('labelSelector') ?? '')
    .split(',')
    .filter(Boolean)
    .map((pair) => pair.split('='));
  const named = /metadata\.name=([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1];
  return objects.filter(
    ({ metadata }) =>
      wanted.every(([key = '', value]) => metadata.labels?.[key] === value) &&
      (named === undefined || metadata.name === named),
  );
}

function listOf(plural: string, items: KubeObject[]): unknown {
  return {
    kind: `${KIND_OF[plural]}List`,
    apiVersion: APPS.includes(plural) ? 'apps/v1' : 'v1',
    metadata: { resourceVersion: '1' },
    items: items.map((item) => whole(plural, item)),
  };
}

function statusOf(code: number, reason: string, message: string): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });
}

function execCallOf(url: string): ExecCall | null {
  const { pathname, searchParams } = new URL(url, 'http://stub');
  const match = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/(exec|attach)$/.exec(pathname);
  if (!match) return null;
  return {
    verb: match[3] as ExecCall['verb'],
    namespace: match[1]!,
    pod: match[2]!,
    container: searchParams.get('container'),
    command: searchParams.getAll('command'),
  };
}

const [STDIN, STDOUT, STDERR, ERROR, CLOSE] = [0, 1, 2, 3, 255];

/** Each message begins with the number of its channel; v5 closes one with 255 and its number. */
function forward(webSocket: WebSocket, child: ChildProcess): void {
  const send = (channel: number, data: Buffer) =>
    webSocket.send(Buffer.concat([Buffer.from([channel]), data]));
  webSocket.on('message', (data: Buffer) => {
    if (data[0] === STDIN) child.stdin!.write(data.subarray(1));
    else if (data[0] === CLOSE && data[1] === STDIN) child.stdin!.end();
  });
  // The kubelet closes what it read for a client that has gone.
  webSocket.on('close', () => child.stdin!.end());
  child.stdin!.on('error', () => {});
  child.stdout!.on('data', (data: Buffer) => send(STDOUT, data));
  child.stderr!.on('data', (data: Buffer) => send(STDERR, data));
  child.once('close', (code) => {
    const status =
      code === 0
        ? { metadata: {}, status: 'Success' }
        : {
            metadata: {},
            status: 'Failure',
            reason: 'NonZeroExitCode',
            message: `command terminated with exit code ${code}`,
            details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
          };
    send(ERROR, Buffer.from(JSON.stringify(status)));
    webSocket.close(1000);
  });
}

function refuse(webSocket: WebSocket, message: string): void {
  const status = { metadata: {}, status: 'Failure', reason: 'InternalError', code: 500, message };
  webSocket.send(Buffer.concat([Buffer.from([ERROR]), Buffer.from(JSON.stringify(status))]));
  webSocket.close(1000);
}
