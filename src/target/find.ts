// From the <target> word of the command line to one process or one inspector, or an error that lists the choice.
import { isIP } from 'node:net';
import { basename } from 'node:path';
import { UsageError } from '../errors.ts';
import { listPids, readStat } from './proc/proc.ts';
import type { NodeProcess } from './proc/processes.ts';
import { portHolder } from './proc/sockets.ts';

/** What the word can mean, told by its form alone. */
export type TargetSpec =
  | { kind: 'pid'; pid: number }
  /** ":3000": a port on this machine, the app's or its inspector's. */
  | { kind: 'port'; port: number }
  | { kind: 'inspector'; host: string; port: number }
  | { kind: 'web-socket'; url: string }
  /** A part of the command line. */
  | { kind: 'pattern'; pattern: string };

/** One target. Hosts are IP addresses or "localhost": Node's inspector refuses every other Host header. */
export type ResolvedTarget =
  | { kind: 'process'; pid: number }
  | { kind: 'inspector'; host: string; port: number }
  | { kind: 'web-socket'; url: string };

/** URL.canParse is not in the oldest Node that a recorder runs on. */
function isUrl(text: string): boolean {
  try {
    return new URL(text) !== null;
  } catch {
    return false;
  }
}

const PS_HINT = 'See the Node.js processes here with `culprit ps`.';

function parsePort(text: string): number {
  const port = Number(text);
  if (port < 1 || port > 65_535) throw new UsageError(`${text} is not a port.`, 'Ports go from 1 to 65535.');
  return port;
}

/** Reads the <target> argument. Throws UsageError for an empty word, pid 0, a port or URL that cannot be. */
export function parseTarget(text: string): TargetSpec {
  const word = text.trim();
  if (word === '') throw new UsageError('The target is empty.', PS_HINT);
  if (/^\d+$/.test(word)) {
    const pid = Number(word);
    if (pid === 0 || pid > 2 ** 31) throw new UsageError(`${word} is not a process id.`, PS_HINT);
    return { kind: 'pid', pid };
  }
  if (/^:\d+$/.test(word)) return { kind: 'port', port: parsePort(word.slice(1)) };
  if (/^wss?:\/\//i.test(word)) {
    if (!isUrl(word))
      throw new UsageError(
        `${word} is not a URL.`,
        'Copy webSocketDebuggerUrl from what `curl host:port/json/list` shows.',
      );
    return { kind: 'web-socket', url: word };
  }
  const address = /^(?:http:\/\/)?(?:\[([0-9a-f:.]+)\]|([\w.-]+)):(\d+)\/?$/i.exec(word);
  if (address) {
    return { kind: 'inspector', host: (address[1] ?? address[2])!, port: parsePort(address[3]!) };
  }
  return { kind: 'pattern', pattern: word };
}

function chooseOne(found: readonly NodeProcess[], what: string): ResolvedTarget {
  if (found.length === 1) return { kind: 'process', pid: found[0]!.pid };
  const list = found.map(({ pid, command }) => `  ${pid}  ${command}`).join('\n');
  throw new UsageError(`Several processes match ${what}:\n${list}`, 'Choose one by its pid.');
}

function resolvePort(port: number, processes: readonly NodeProcess[], root: string): ResolvedTarget {
  const found = processes.filter((entry) =>
    entry.listeningPorts.some((listening) => listening.port === port),
  );
  if (found.length > 0) return chooseOne(found, `:${port}`);
  // Without /proc we cannot tell who listens; asked as an inspector, the port can still answer for itself.
  if (listPids(root).length === 0) return { kind: 'inspector', host: '127.0.0.1', port };
  const holder = portHolder(port, root);
  if (!holder) throw new UsageError(`Nothing listens on port ${port}.`, PS_HINT);
  const who = holder.pid === undefined ? holder.command : `process ${holder.pid} (${holder.command})`;
  if (holder.pid === undefined)
    throw new UsageError(`Port ${port} is held by ${who}.`, 'Run as that user or as root.');
  throw new UsageError(`Port ${port} is held by ${who}, which is not a Node.js process.`, PS_HINT);
}

/** Our own process and those that started it: `npx culprit diagnose server.js` names server.js in each of them. */
function ownFamily(root: string): Set<number> {
  const family = new Set<number>();
  for (let pid = process.pid; pid > 1 && !family.has(pid); pid = readStat(pid, root)?.parentPid ?? 0)
    family.add(pid);
  return family;
}

/** The first words of the code that a recorder starts from: how others of us know it. */
export const RECORDER_MARK = '/*culprit*/';

type Started = Pick<NodeProcess, 'pid' | 'argv'>;

const isCulprit = ({ argv }: Started) =>
  argv.slice(0, 2).some((argument) => /^culprit(-recorder)?(\.c?js)?$/.test(basename(argument))) ||
  argv.some((argument) => argument.startsWith(RECORDER_MARK)) ||
  /^- (record|ps)\b/.test(argv.slice(1, 3).join(' '));

/** `npm start`, `npx ...`: they wait for the program, they are not it. */
function isWrapper({ argv }: Started): boolean {
  const [title = '', script = ''] = argv;
  return (
    /^(npm|npx|yarn|pnpm)( |$)/.test(title) ||
    /^(npm|npx|yarn|pnpm|corepack)(-cli)?(\.c?js)?$/.test(basename(script))
  );
}

/** The one Node.js program that runs here, as in most containers. Throws UsageError when there is none, or several. */
export function resolveOnly(processes: readonly NodeProcess[], root = '/proc'): ResolvedTarget {
  const programs = programsLike('', processes, root).filter((entry) => !isWrapper(entry));
  if (programs.length === 0)
    throw new UsageError(
      'No Node.js process can be seen here.',
      'The program may run in another container, or has ended; or it is packaged so that it cannot be told: give its pid.',
    );
  return chooseOne(programs, 'here');
}

/** The programs with `pattern` in their command line, or all with "": without ourselves, and what only starts programs. */
export function programsLike<P extends Started>(
  pattern: string,
  processes: readonly P[],
  root = '/proc',
): P[] {
  const family = ownFamily(root);
  const matching = processes.filter(
    (entry) => entry.argv.join(' ').includes(pattern) && !family.has(entry.pid) && !isCulprit(entry),
  );
  const programs = matching.filter((entry) => !isWrapper(entry));
  return programs.length > 0 ? programs : matching;
}

function resolvePattern(pattern: string, processes: readonly NodeProcess[], root: string): ResolvedTarget {
  const found = programsLike(pattern, processes, root);
  if (found.length === 0)
    throw new UsageError(`No Node.js process has "${pattern}" in its command line.`, PS_HINT);
  return chooseOne(found, `"${pattern}"`);
}

/** An IP address for a DNS name: the inspector answers "Host must be an IP or localhost" to a name. */
async function toAddress(host: string): Promise<string> {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 || bare.toLowerCase() === 'localhost') return bare;
  try {
    const { lookup } = await import('node:dns/promises');
    return (await lookup(bare)).address;
  } catch (cause) {
    const hint =
      'Give an IP address or localhost: an inspector answers to nothing else, so names are looked up first.';
    throw new UsageError(`The host name ${bare} cannot be looked up.`, hint, { cause });
  }
}

async function withAddress(url: string): Promise<string> {
  const parsed = new URL(url);
  const address = await toAddress(parsed.hostname);
  parsed.hostname = address.includes(':') ? `[${address}]` : address;
  return parsed.href;
}

/**
 * The one process or inspector meant. `processes` come from listNodeProcesses(). Does not judge whether it can be
 * attached to. Throws UsageError when nothing or more than one matches (then with the list to choose from).
 */
export async function resolveTarget(
  spec: TargetSpec,
  processes: readonly NodeProcess[],
  root = '/proc',
): Promise<ResolvedTarget> {
  switch (spec.kind) {
    case 'pid':
      return { kind: 'process', pid: spec.pid };
    case 'port':
      return resolvePort(spec.port, processes, root);
    case 'inspector':
      return { kind: 'inspector', host: await toAddress(spec.host), port: spec.port };
    case 'web-socket':
      return { kind: 'web-socket', url: await withAddress(spec.url) };
    case 'pattern':
      return resolvePattern(spec.pattern, processes, root);
  }
}
