// What can be seen of a process from outside: its descriptors, its listening ports, its inspector, its profiler.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { get } from './target.ts';
import { until } from './wait.ts';

function fdLinks(pid: number): string[] {
  const links: string[] = [];
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      try {
        links.push(readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {}
    }
  } catch {}
  return links;
}

/** What each open descriptor is, with numbers taken away: "socket", "anon_inode:[eventpoll]", a path. */
export function openFds(pid: number): string[] {
  return fdLinks(pid)
    .map((link) => link.replace(/:\[\d+\]$/, ''))
    .sort();
}

export function listeningPorts(pid: number): number[] {
  const inodes = new Set(fdLinks(pid).flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const ports: number[] = [];
  for (const table of ['tcp', 'tcp6']) {
    let text = '';
    try {
      text = readFileSync(`/proc/${pid}/net/${table}`, 'utf8');
    } catch {}
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === '0A' && inodes.has(fields[9]!))
        ports.push(Number.parseInt(fields[1]!.split(':')[1]!, 16));
    }
  }
  return [...new Set(ports)];
}

/** The port of its open inspector, or null: a listening port that answers /json/list as an inspector does. */
export async function openInspectorPort(pid: number, appPort: number): Promise<number | null> {
  for (const port of listeningPorts(pid)) {
    if (port === appPort) continue;
    const body = await get(port, '/json/list', 1_000).catch(() => '');
    if (body.includes('webSocketDebuggerUrl')) return port;
  }
  return null;
}

/** V8's CPU profiler has a thread of its own while it runs. */
export function isCpuProfilerOn(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).some((task) =>
      readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').startsWith('v8:ProfEvnt'),
    );
  } catch {
    return false;
  }
}

/** Seen in a row: the main thread never rests. */
const BUSY_LOOKS = 6;

/** Resolves once its main thread runs on without a rest, whatever share of a CPU it gets: code blocks its event loop. */
export async function untilBlocked(pid: number): Promise<void> {
  let busy = 0;
  const isRunning = () => / R \d+ /.test(readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8'));
  await until(
    'its event loop is blocked',
    () => {
      busy = isRunning() ? busy + 1 : 0;
      return busy >= BUSY_LOOKS;
    },
    20_000,
    20,
  );
}
