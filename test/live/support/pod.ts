// A pod as the tests have it: one of the servers in fixtures/pods as process 1 of a real container with 256 MB and half a core,
// no shell, nothing to write to; and what is seen of it from outside.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildRoot,
  CONTAINER_NODE,
  type ContainerRoot,
  type RunningContainer,
  startContainer,
} from './containers.ts';
import { listeningPorts } from './observe.ts';
import { ROOT } from './root.ts';
import { until } from './wait.ts';

const PODS = join(ROOT, 'fixtures/pods');

/** How podman is called here: its default runtime does not work everywhere. */
export const VIA = 'podman --runtime runc';

/** A root folder with all servers in /app, and Node.js at `nodePath`. */
export function podRoot(node?: string): Promise<ContainerRoot> {
  const files = Object.fromEntries(
    readdirSync(PODS)
      .filter((name) => name.endsWith('.cjs'))
      .map((name) => [`/app/${name}`, { copy: join(PODS, name) }]),
  );
  return buildRoot({ node, files });
}

/** Resolves once it serves. */
export async function startPod(
  root: ContainerRoot,
  server: string,
  extra: string[] = [],
): Promise<RunningContainer> {
  const pod = await startContainer({
    root,
    args: [CONTAINER_NODE, `/app/${server}.cjs`],
    memory: '256m',
    cpus: 0.5,
    extra,
  });
  await until('the server in the pod serves', async () => (await pod.logs()).includes('READY'), 30_000, 100);
  return pod;
}

const ASK = "require('http').get('http://127.0.0.1:8080/health',(r)=>{r.resume();console.log(r.statusCode)})";

/** Whether it answers, asked from within. */
export async function serves(pod: RunningContainer): Promise<boolean> {
  const { stdout } = await pod.exec([CONTAINER_NODE, '-e', ASK]);
  return stdout.toString().trim() === '200';
}

/** What a look leaves behind when it goes wrong: ports besides the app's, a profiler's thread, processes of ours. */
export function leftovers(pod: RunningContainer): string[] {
  const ports = listeningPorts(pod.hostPid).filter((port) => port !== 8080 && port !== 7000);
  return [
    ...ports.map((port) => `port ${port}`),
    ...tasksOf(pod.hostPid).filter((name) => name.startsWith('v8:ProfEvnt')),
    ...recordersIn(pod),
  ];
}

function tasksOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    try {
      return [readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim()];
    } catch {
      return [];
    }
  });
}

/** Processes in the pod besides its server, which run a recorder. */
export function recordersIn(pod: RunningContainer): string[] {
  return processesIn(pod).flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.includes('record') ? [`recorder ${pid}`] : [];
    } catch {
      return [];
    }
  });
}

function processesIn({ hostPid }: RunningContainer): number[] {
  const groupOf = (pid: number | string) => {
    try {
      return (
        /:memory:(.*)/.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ??
        /^0::(.*)/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1]
      );
    } catch {
      return undefined;
    }
  };
  const own = groupOf(hostPid);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(hostPid) && groupOf(name) === own)
    .map(Number);
}
