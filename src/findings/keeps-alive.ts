// "What keeps it alive", in sentences: one for each group of handles, timers and requests, with the line to change. A list,
// not a cause: nothing is ranked by harm.
import type { KeepsAlive, KeptAliveBy, ReportTarget } from '../model/finding.ts';
import type { AliveKind, AliveThings, KeepAliveLook } from '../model/keep-alive.ts';
import { formatCount, formatDuration, formatNumber } from '../units/units.ts';
import { codeOf, place } from './wording.ts';

/** What a person would look at first comes first. */
const ORDER: Record<AliveKind, number> = {
  server: 0,
  'child-process': 1,
  worker: 2,
  interval: 3,
  watcher: 4,
  socket: 5,
  'udp-socket': 6,
  timeout: 7,
  'message-port': 8,
  ipc: 9,
  stdio: 10,
  request: 11,
  immediate: 12,
  other: 13,
};

const ADVICE: Record<AliveKind, string> = {
  server: 'Call close() on it, and closeAllConnections() where clients stay connected.',
  'child-process': 'End it with kill(), or call unref() on it and on its pipes.',
  worker: 'Let it end, or call terminate() or unref() on it.',
  interval:
    'Call clearInterval() when it is no longer needed, or unref() if it should not keep the process alive.',
  watcher: 'Call close() on it (unwatchFile() after watchFile()).',
  socket: 'Call end() or destroy() on it, close the client or pool that owns it, or destroy() its Agent.',
  'udp-socket': 'Call close() on it, or unref() if it should not keep the process alive.',
  timeout:
    'It ends by itself; call clearTimeout() to end sooner, or unref() if it should not keep the process alive.',
  'message-port': 'Call close() on one end, or unref(); a "message" listener holds it open.',
  ipc: 'Call process.disconnect(), or remove the "message" listener.',
  stdio: 'Call pause() or unref() on it, or destroy() it.',
  request: 'It ends by itself, unless the other side never answers: give it a timeout or a signal.',
  immediate: 'It runs in a moment. If it is always there, something calls setImmediate() again and again.',
  other: 'Close it, or call unref() where it has one.',
};

const END_ANSWERS =
  'End these answers (res.end()) when the program shuts down, or call closeAllConnections() on the server: close() waits for them.';

/** Undefined when nobody asked. */
export function describeKeepsAlive(
  looks: readonly KeepAliveLook[],
  threads: ReportTarget['threads'],
): KeepsAlive | undefined {
  if (looks.length === 0) return undefined;
  const by = looks.flatMap((look) =>
    look.things
      .map((things) => ({ things, entry: describeThings(things, look.thread, threads) }))
      .sort((a, b) => ORDER[a.things.kind] - ORDER[b.things.kind] || b.things.count - a.things.count)
      .map(({ entry }) => entry),
  );
  const notes = looks.flatMap(notesOf);
  return { summary: summarize(by, looks), by, notes };
}

function summarize(by: readonly KeptAliveBy[], looks: readonly KeepAliveLook[]): string {
  const main = by.filter(({ thread }) => thread === 0);
  const unlisted = looks.find(({ thread }) => thread === 0)?.unlisted;
  const more = unlisted && unlisted.timeouts !== 0 ? ', and by timers that are not listed' : '';
  if (main.length === 1) return `Kept alive by ${main[0]!.statement}${more}.`;
  if (main.length > 1) return `Kept alive by ${formatNumber(main.length)} things${more}.`;
  if (unlisted)
    return 'No handle or request that Node.js lists keeps it alive, but something that could not be listed may.';
  return looks.some(({ unreferenced, idleHandles }) => unreferenced.length > 0 || idleHandles > 0)
    ? 'Nothing keeps it alive: everything that is open or pending is unreferenced or idle, and the process would end as soon as the code running now returns.'
    : 'Nothing keeps it alive: it would end as soon as the code running now returns.';
}

function notesOf({ thread, unreferenced, idleHandles, cut, unlisted, things }: KeepAliveLook): string[] {
  const where = thread === 0 ? '' : ` (thread ${thread})`;
  const notes: string[] = [];
  for (const group of unreferenced)
    notes.push(`Not keeping it alive${where}: ${timerWords(group)}, unreferenced${at(group)}.`);
  if (idleHandles > 0)
    notes.push(
      `Not keeping it alive${where}: ${formatCount(idleHandles, 'handle')} that wait for nothing (standard output, paused sockets).`,
    );
  if (unlisted) {
    const { timeouts, reason } = unlisted;
    const timers =
      timeouts === undefined
        ? 'timers of unusual delays, '
        : timeouts > 0
          ? `${formatCount(timeouts, 'more timer')}, `
          : '';
    notes.push(
      `Not listed${where}: ${timers}worker threads and pending crypto and compression, because ${reason}.`,
    );
  }
  if (cut) notes.push(`The list is incomplete${where}.`);
  if (thread === 0 && things.length === 0)
    notes.push('Handles of native add-ons cannot be seen from JavaScript, and are not listed.');
  return notes;
}

function describeThings(things: AliveThings, thread: number, threads: ReportTarget['threads']): KeptAliveBy {
  const frame = things.frames[0] ?? null;
  return {
    kind: things.kind,
    count: things.count,
    statement: statementOf(things, threads),
    examples: things.examples,
    through: things.through,
    ...codeOf(frame),
    thread,
    advice: things.state === 'answering' ? END_ANSWERS : ADVICE[things.kind],
  };
}

function at({ frames }: AliveThings): string {
  return frames[0] ? ` (${place(frames[0])})` : '';
}

/** "a server", "3 servers" */
function counted(count: number, one: string, many = `${one}s`): string {
  if (count !== 1) return `${formatNumber(count)} ${many}`;
  return `${/^[aeio]/i.test(one) ? 'an' : 'a'} ${one}`;
}

const after = (word: string, text: string) => (text === '' ? '' : `${word}${text}`);

function timerWords({ kind, count, delayMillis }: AliveThings): string {
  const time = delayMillis === undefined ? '' : formatDuration(delayMillis);
  if (kind === 'interval')
    return counted(count, `interval${after(' of ', time)}`, `intervals${after(' of ', time)}`);
  if (kind === 'immediate') return counted(count, 'immediate');
  return counted(count, `timeout${after(' of ', time)}`, `timeouts${after(' of ', time)}`);
}

function statementOf(things: AliveThings, threads: ReportTarget['threads']): string {
  const { kind, count, what, examples, className } = things;
  switch (kind) {
    case 'interval':
    case 'timeout':
    case 'immediate':
      return timerWords(things);
    case 'server':
      return `${counted(count, 'server')}${after(count === 1 ? ' that listens on ' : ' that listen on ', what)}`;
    case 'socket':
      return `${counted(count, SOCKET_WORDS[things.state] ?? 'socket', `${SOCKET_WORDS[things.state] ?? 'socket'}s`)}${after(' ', what)}`;
    case 'udp-socket':
      return `${counted(count, 'UDP socket')}${after(' on ', what)}`.replace(/^an UDP/, 'a UDP');
    case 'child-process':
      return `${counted(count, 'child process', 'child processes')}: ${what}${after(', ', examples.join(', '))}`;
    case 'worker':
      return counted(count, `worker thread${after(': ', workerName(what, threads))}`, 'worker threads');
    case 'watcher':
      return `${counted(count, 'file watcher')} (${className})`;
    case 'message-port':
      return counted(count, 'message port');
    case 'ipc':
      return `the IPC channel ${what || 'to a child process'}`;
    case 'stdio':
      return `${what || 'a standard stream'}, which is read or not yet written out`;
    case 'request':
      return `${counted(count, ...requestWords(className))}${after(': ', what)}`;
    case 'other':
      return counted(count, `handle of type ${className}`, `handles of type ${className}`);
  }
}

const SOCKET_WORDS: Record<string, string> = {
  connecting: 'connecting socket',
  open: 'open socket',
  answering: 'open socket',
  'half-closed': 'half-closed socket',
  idle: 'idle keep-alive socket',
};

/** "worker 3" says less than the name of its file. */
function workerName(what: string, threads: ReportTarget['threads']): string {
  const id = Number(/^worker (\d+)$/.exec(what)?.[1]);
  return threads.find((thread) => thread.id === id)?.name ?? what;
}

/** Node's internal names, as people say it. */
function requestWords(className: string): [one: string, many: string] {
  if (/^FSReq|^(Read|Write)FileJob$|^CpDirJob$/.test(className))
    return ['file system operation', 'file system operations'];
  if (/^Get(Addr|Name)Info|^Query/.test(className)) return ['name lookup', 'name lookups'];
  if (/^(Zlib|Brotli|Zstd)/.test(className)) return ['compression in progress', 'compressions in progress'];
  if (/Job$/.test(className))
    return [cryptoWords(className, 'operation'), cryptoWords(className, 'operations')];
  if (/ConnectWrap$/.test(className)) return ['connection being made', 'connections being made'];
  if (/^(Write|Shutdown|Send)Wrap$/.test(className)) return ['write in progress', 'writes in progress'];
  return [`request of type ${className}`, `requests of type ${className}`];
}

/** "PBKDF2Job" is of crypto, as all jobs of Node are but those of files. */
function cryptoWords(className: string, things: string): string {
  return `crypto ${things} (${className.replace(/Job$/, '')})`;
}
