// Builds a /proc of sample files in a temporary folder, and starts small real Node processes to look at.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface FakeProcess {
  comm?: string;
  state?: string;
  parentPid?: number;
  startTicks?: number;
  argv?: string[];
  /** Absent: a file called `node`. null: no link, as for zombies. */
  exe?: string | null;
  uid?: number;
  sigCgt?: string;
  sigBlk?: string;
  tgid?: number;
  tracerPid?: number;
  nsPids?: string;
  netNamespace?: string;
  /** Link texts by fd number. */
  fds?: string[];
  /** More files: path inside the process's folder -> text. */
  files?: Record<string, string>;
}

/** As Node 20 has it: bit 9, SIGUSR1, is on. */
export const NODE_SIGNALS = '0000000100004602';

export function makeFolder(files: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'culprit-test-'));
  writeFiles(root, files);
  return root;
}

export function removeFolder(root: string): void {
  rmSync(root, { recursive: true, force: true });
}

export function writeFiles(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function statusText(pid: number, fake: FakeProcess): string {
  const uid = fake.uid ?? 1000;
  return [
    'Name:\tnode',
    `Tgid:\t${fake.tgid ?? pid}`,
    `Pid:\t${pid}`,
    `TracerPid:\t${fake.tracerPid ?? 0}`,
    `Uid:\t${uid}\t${uid}\t${uid}\t${uid}`,
    `NSpid:\t${fake.nsPids ?? pid}`,
    'VmRSS:\t   2048 kB',
    'RssAnon:\t    1024 kB',
    'RssFile:\t     512 kB',
    'Threads:\t11',
    `SigBlk:\t${fake.sigBlk ?? '0000000000000000'}`,
    `SigCgt:\t${fake.sigCgt ?? NODE_SIGNALS}`,
    '',
  ].join('\n');
}

function statText(pid: number, fake: FakeProcess): string {
  const { comm = 'node', state = 'S', parentPid = 1, startTicks = 5000 } = fake;
  const between = '7 7 0 -1 4194304 1 2 3 4 150 50 0 0 20 0 11 0';
  return `${pid} (${comm}) ${state} ${parentPid} ${between} ${startTicks} 1000 2000 18446744073709551615\n`;
}

/** Adds a process; without details, a healthy Node process of user 1000, started 50 s after boot. */
export function addProcess(root: string, pid: number, fake: FakeProcess = {}): void {
  const argv = fake.argv ?? ['node', 'server.js'];
  writeFiles(root, {
    uptime: '1000.00 2000.00\n',
    [`${pid}/stat`]: statText(pid, fake),
    [`${pid}/status`]: statusText(pid, fake),
    [`${pid}/cmdline`]: argv.length > 0 ? `${argv.join('\0')}\0` : '',
    ...Object.fromEntries(Object.entries(fake.files ?? {}).map(([path, text]) => [`${pid}/${path}`, text])),
  });
  mkdirSync(join(root, `${pid}/ns`), { recursive: true });
  symlinkSync(fake.netNamespace ?? 'net:[1]', join(root, `${pid}/ns/net`));
  if (fake.exe !== null) symlinkSync(fake.exe ?? '/usr/local/bin/node', join(root, `${pid}/exe`));
  mkdirSync(join(root, `${pid}/fd`), { recursive: true });
  for (const [fd, link] of (fake.fds ?? []).entries()) symlinkSync(link, join(root, `${pid}/fd/${fd}`));
}

/** What /proc/self shows of us: our network namespace. */
export function addSelf(root: string): void {
  mkdirSync(join(root, 'self/ns'), { recursive: true });
  symlinkSync('net:[1]', join(root, 'self/ns/net'));
}

/** Starts `node -e script`, which must print one READY line; `rest` is what follows READY. */
export async function startNode(
  script: string,
  options: { args?: string[]; after?: string[]; program?: string } = {},
): Promise<{ child: ChildProcess; pid: number; rest: string }> {
  const child = spawn(
    options.program ?? process.execPath,
    [...(options.args ?? []), '-e', script, ...(options.after ?? [])],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  let text = '';
  for await (const chunk of child.stdout!) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  if (!text.startsWith('READY')) throw new Error(`the child did not start: ${text}`);
  return { child, pid: child.pid!, rest: text.slice('READY'.length).trim() };
}

export async function stopNode(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
