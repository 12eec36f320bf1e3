// The table of macOS, by `ps` and `lsof`, which are part of the system.
import { type ListedProcess, type ListedSocket, type Lists, listedTable, once } from './listed-table.ts';
import type { NotHere, ProcessTable, SignalEffect } from './process-table.ts';
import { type RunCommand, runCommand } from './run-command.ts';

// Signal 30 there, hence bit 29.
const SIGUSR1_BIT = 1 << 29;

const COLUMNS = 'pid,ppid,uid,stat,lstart,time,rss,caught,ucomm';

/** Names of programs whose file is worth a look: `lsof` takes some hundredths of a second for each. */
const RUNTIMES = /^(node|nodejs|iojs|node-?v?\d.*|deno|denort|bunx?|Electron.*)$/;

export function macosTable(run: RunCommand = runCommand): ProcessTable {
  const commands = once(() => run('ps', ['-axwwo', 'pid,command']));
  const environs = once(() => parseEnvirons(run('ps', ['-axEwwo', 'pid,command']), commands()));
  const lists: Lists = {
    system: 'macOS',
    processes: () => parsePs(run('ps', ['-axo', COLUMNS]), commands()),
    sockets: () => parseLsof(run('lsof', ['-nP', '-iTCP', '-sTCP:LISTEN,ESTABLISHED', '-FpftnT'])),
    programPath: ({ pid, comm }) =>
      RUNTIMES.test(comm)
        ? programAmong(namesOf(run('lsof', ['-a', '-p', String(pid), '-d', 'txt', '-Fn'])), comm)
        : comm,
    folder: (pid) => namesOf(run('lsof', ['-a', '-p', String(pid), '-d', 'cwd', '-Fn']))[0],
    startMillis: (startTicks) => startTicks,
    asksSafely: false,
    environ: (pid) => environs().get(pid),
    openInspector: (pid) => void process.kill(pid, 'SIGUSR1'),
  };
  return listedTable(lists);
}

const NO_CAUGHT: NotHere = { notHere: '`ps` does not tell which signals it handles' };

/** `columns` begins with a line of names; `commands` has a pid and a command line, which the process can overwrite, in each line. */
export function parsePs(columns: string, commands: string): ListedProcess[] {
  const commandOf = parseCommands(commands);
  const tellsSignals = /\bCAUGHT\b/.test(columns.slice(0, columns.indexOf('\n')));
  return rowsOf(columns).flatMap((line) => {
    const one = parseRow(line, tellsSignals);
    // What has ended is shown as "(node)".
    return one ? [{ ...one, argv: one.state === 'Z' ? [] : wordsOf(commandOf.get(one.pid)) }] : [];
  });
}

const wordsOf = (command = '') => command.split(/\s+/).filter(Boolean);

function parseCommands(text: string): Map<number, string> {
  return new Map(
    rowsOf(text).map((line) => {
      const [, pid = '', command = ''] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
      return [Number(pid), command.trim()] as const;
    }),
  );
}

/** `ps -E` shows the environment behind the command line, where it may be read. A value with spaces ends where the next name begins. */
export function parseEnvirons(withEnvironment: string, commands: string): Map<number, string[]> {
  const commandOf = parseCommands(commands);
  return new Map(
    [...parseCommands(withEnvironment)].map(([pid, line]) => {
      const command = commandOf.get(pid);
      const rest = command !== undefined && line.startsWith(command) ? line.slice(command.length) : '';
      return [pid, rest.split(/\s+(?=[A-Za-z_]\w*=)/).filter(Boolean)] as const;
    }),
  );
}

const rowsOf = (text: string) => text.split('\n').slice(1);

// pid ppid uid state, "Mon Nov 30 00:45:52 2026", "12:34.56", rss, caught, and a name that may hold spaces
const ROW =
  /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+([\d:.-]+)\s+(\d+)\s+(.*)$/;

function parseRow(line: string, tellsSignals: boolean): Omit<ListedProcess, 'argv'> | undefined {
  const [, pid, parentPid, uid, state = '?', started = '', time = '', rss, rest = ''] = ROW.exec(line) ?? [];
  if (pid === undefined) return undefined;
  const [caught = '', ...name] = tellsSignals ? rest.split(' ') : ['', rest];
  return {
    pid: Number(pid),
    parentPid: Number(parentPid),
    uid: Number(uid),
    state: stateOf(state),
    startTicks: Date.parse(started),
    cpuMicros: parseCpuTime(time),
    rssBytes: Number(rss) * 1024,
    comm: name.join(' ').trim(),
    signal: signalEffect(caught),
  };
}

/** The first letter, as Linux has them: I (idle), R and S are alive; U waits for a disk; T is stopped, X traced. */
function stateOf(state: string): string {
  if (state.includes('X')) return 't';
  const letter = state[0]!;
  return letter === 'I' ? 'S' : letter === 'U' ? 'D' : letter;
}

/** "1:02.33", "12:34:56", "2-03:04:05" */
function parseCpuTime(text: string): number {
  const [days, clock = ''] = text.includes('-') ? text.split('-') : ['0', text];
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * 1_000_000);
}

/** Blocked signals are not told: Node.js blocks SIGUSR1 where it installs no handler for it either. */
function signalEffect(caught: string): SignalEffect | NotHere {
  if (!/^[0-9a-f]+$/i.test(caught)) return NO_CAUGHT;
  return Number.parseInt(caught, 16) & SIGUSR1_BIT ? 'caught' : 'uncaught';
}

/** Fields of `lsof -F`, one a line, the first letter says which: p pid, f descriptor, t type, n name, TST= state. */
export function parseLsof(text: string): ListedSocket[] {
  const found: ListedSocket[] = [];
  let pid = 0;
  let file = { type: '', name: '', state: '' };
  const end = () => {
    const socket = socketOf(pid, file);
    if (socket) found.push(socket);
    file = { type: '', name: '', state: '' };
  };
  for (const line of text.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p') || line.startsWith('f')) end();
    if (line.startsWith('p')) pid = Number(value);
    else if (line.startsWith('t')) file.type = value;
    else if (line.startsWith('n')) file.name = value;
    else if (line.startsWith('TST=')) file.state = line.slice('TST='.length);
  }
  end();
  return found;
}

/** Names: "*:3000", "127.0.0.1:9229", "[::1]:9229", "127.0.0.1:3000->127.0.0.1:51234". */
function socketOf(
  pid: number,
  file: { type: string; name: string; state: string },
): ListedSocket | undefined {
  const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(file.name.split('->')[0]!) ?? [];
  if (port === '' || (file.state !== 'LISTEN' && file.state !== 'ESTABLISHED')) return undefined;
  const any = file.type === 'IPv6' ? '::' : '0.0.0.0';
  const address = host === '*' ? any : host.replace(/^\[|\]$/g, '');
  return { pid, state: file.state, address, port: Number(port) };
}

/** Paths in the output of `lsof -Fn`. */
const namesOf = (text: string) =>
  text.split('\n').flatMap((line) => (line.startsWith('n/') ? [line.slice(1)] : []));

/** Libraries are mapped as well. */
function programAmong(paths: readonly string[], comm: string): string | undefined {
  return paths.find((path) => path.slice(path.lastIndexOf('/') + 1).startsWith(comm)) ?? paths[0];
}
