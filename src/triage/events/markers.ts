// Single lines that tell of an end: of shells, the kernel, C libraries, npm, process managers and Node itself.
import { type EndEvent, signalName } from '../ends/ending.ts';

type Read = (match: RegExpExecArray, line: string) => EndEvent | null;

/** Nothing below can match a line without one of these. */
const MAY_TELL =
  /fault|abort|kill|terminate|instruction|trap|bus error|assert|free\(\)|alloc\(\)|corrupt|chunk|smashing|npm|exit|errno|option|crashed|status|unsettled|not allowed|signal|SIG[A-Z]|requires an argument/i;

const WORDS: Record<string, string> = {
  'Segmentation fault': 'SIGSEGV',
  Aborted: 'SIGABRT',
  Killed: 'SIGKILL',
  Terminated: 'SIGTERM',
  'Illegal instruction': 'SIGILL',
  'Trace/breakpoint trap': 'SIGTRAP',
  'Bus error': 'SIGBUS',
};

const exit = (line: string, teller: string, code: number | null, signal: string | null = null): EndEvent => ({
  kind: 'exit',
  code,
  signal,
  teller,
  lines: [line],
});
const native = (line: string, what: string): EndEvent => ({
  kind: 'native',
  what,
  isCertain: true,
  lines: [line],
});

const TABLE: [RegExp, Read][] = [
  [
    /^(?:\S*sh: )?(?:\S+: )?(?:line \d+: |\d+: )?\s*(?:\d+ )?(Segmentation fault|Aborted|Killed|Terminated|Illegal instruction|Trace\/breakpoint trap|Bus error)(?: +\(core dumped\))?(?:\s{2,}.*)?$/,
    (match, line) => exit(line, 'shell', null, WORDS[match[1]!]!),
  ],
  [
    /^(?:\[[\s\d.]+\] |kernel: ?)*(?:Memory cgroup out of memory|Out of memory): Kill(?:ed)? process (\d+) \((node|MainThread|npm[^)]*|tsx|node[-\w ]*)\)(?:.*?anon-rss:(\d+)kB)?/,
    (match, line) => ({
      kind: 'kernel-oom',
      pid: Number(match[1]),
      rssBytes: match[3] === undefined ? null : Number(match[3]) * 1024,
      lines: [line],
    }),
  ],
  [
    /^(free\(\): .*|double free or corruption.*|malloc\(\): .*|malloc_consolidate\(\): .*|realloc\(\): .*|corrupted .*size.*|corrupted double-linked list.*|munmap_chunk\(\): .*|\*\*\* stack smashing detected \*\*\*.*|terminate called (?:after throwing|without an active).*)$/,
    (match, line) => native(line, match[1]!.slice(0, 200)),
  ],
  [
    /^(?:\S+: )?\S+\.(?:c|cc|cpp|h|hpp|cxx|rs):\d+: .*: Assertion [`'"](.*)['"] failed\.$/,
    (match, line) => native(line, `the assertion ${match[1]!.slice(0, 200)} failed`),
  ],
  [
    /^\s*#\s+Assertion failed: (.*)$/,
    (match, line) => native(line, `the assertion ${match[1]!.slice(0, 200)} failed`),
  ],
  [/^PID \d+ received (SIG[A-Z]+)\b/, (match, line) => exit(line, 'crash handler', null, match[1]!)],
  [
    /^(?:\S*node(?:\.exe)?): (bad option: .*|.* is not allowed in NODE_OPTIONS|.* requires an argument|.*must be .*|.* is an invalid .*)$/,
    (match, line) => ({ kind: 'bad-option', option: match[1]!.slice(0, 200), lines: [line] }),
  ],
  [
    /^Warning: Detected unsettled top-level await at (.*)$/,
    (match, line) => ({ kind: 'unsettled-await', place: match[1]!.slice(0, 500), lines: [line] }),
  ],
  [/^npm (?:ERR!|error) (?:code|errno) (\d{1,3})$/, (match, line) => exit(line, 'npm', Number(match[1]))],
  [
    /^npm (?:ERR!|error) (?:code|Exit status) (?:ELIFECYCLE|(\d+))$/,
    (match, line) => exit(line, 'npm', match[1] ? Number(match[1]) : null),
  ],
  [/^npm (?:ERR!|error) signal (SIG[A-Z]+)$/, (match, line) => exit(line, 'npm', null, match[1]!)],
  [
    /^\s*(?:ELIFECYCLE|ERR_PNPM\S*)\s+Command failed(?: with exit code (\d+))?/,
    (match, line) => exit(line, 'pnpm', match[1] ? Number(match[1]) : null),
  ],
  [/^error Command failed with exit code (\d+)\.$/, (match, line) => exit(line, 'yarn', Number(match[1]))],
  [
    /^error Command failed with signal "(SIG[A-Z]+)"\.$/,
    (match, line) => exit(line, 'yarn', null, match[1]!),
  ],
  [/^\[nodemon\] app crashed\b/, (_, line) => exit(line, 'nodemon', null)],
  [/^\[nodemon\] clean exit\b/, (_, line) => exit(line, 'nodemon', 0)],
  [
    /^(?:PM2\b[^:|]{0,20}[:|] *)?App \[([^\]]*)\] exited with code \[(\d+)\] via signal \[(\w+)\]/,
    (match, line) => {
      const code = Number(match[2]);
      const signal = signalName(match[3]!);
      // pm2 writes SIGINT for "no signal".
      return exit(line, 'pm2', code, signal === 'SIGINT' ? null : signal);
    },
  ],
  [
    /Main process exited, code=(exited|killed|dumped), status=(\d+)(?:\/(\w+))?/,
    (match, line) =>
      match[1] === 'exited'
        ? exit(line, 'systemd', Number(match[2]))
        : exit(line, 'systemd', null, signalName(match[2]!)),
  ],
  [
    /^[\w./@-]+(?: \|)? exited with code (\d{1,3})(?: \(restarting\))?$/,
    (match, line) => exit(line, 'compose', Number(match[1])),
  ],
  [
    /^(?:\[[^\]]{1,60}\] )?(?:error:? )?(?:the )?(?:process|command|child|container|program|service|worker|app|node|server)\b[^:{}"?&=]{0,120}?\bexit(?:ed)?(?: with)?(?: exit)? (?:code|status):? (\d{1,3})\.?$/i,
    (match, line) => exit(line, 'supervisor', Number(match[1])),
  ],
  [
    /^(?:exit|exited with exit) (?:code|status):? (\d{1,3})$/i,
    (match, line) => exit(line, 'supervisor', Number(match[1])),
  ],
];

/** What the line tells of an end; null for all others. */
export function readMarker(line: string): EndEvent | null {
  if (line.length > 2_000 || !MAY_TELL.test(line)) return null;
  for (const [pattern, read] of TABLE) {
    const match = pattern.exec(line);
    if (match) return read(match, line);
  }
  return null;
}

/** The trailer that Node 17 and later print after an error that ended the process. */
export const nodeTrailer = (line: string): string | null =>
  /^Node\.js v(\d+\.\d+\.\d+\S*)$/.exec(line)?.[1] ?? null;

/** "> node --flags app.js", as npm, yarn and pnpm print it. */
export const commandLineOf = (line: string): string | null =>
  /^[>$] (\S*node(?: .{1,500})?)$/.exec(line)?.[1] ?? null;

/** Words around an end that come neither from the program nor say more. */
export const isNoise = (line: string) =>
  line.trim() === '' ||
  /^(npm (ERR!|error|notice|warn|info)|> |\[nodemon\]|info Visit|\(Use `node|\(node:\d+\)|PM2\b|systemd\b|.*\.service: |timeout: )/i.test(
    line,
  );

/** The first words of a new life. */
export const isStart = (line: string) =>
  /^(?:> \S+@\d|\[nodemon\] (?:re)?starting|(?:.{0,40} )?(?:starting|started|booting|bootstrapping|listening)\b)/i.test(
    line,
  );
