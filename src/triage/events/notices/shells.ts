// What shells, make and time say of a command that a signal ended: on Linux, macOS and the BSDs.
import type { NoticeTable } from './notice.ts';
import { CODE, codeIn } from './notice.ts';

/** The words of strsignal(3); macOS puts the number after them, zsh writes them small. */
const WORDS: Record<string, string> = {
  'segmentation fault': 'SIGSEGV',
  aborted: 'SIGABRT',
  abort: 'SIGABRT',
  'abort trap': 'SIGABRT',
  killed: 'SIGKILL',
  terminated: 'SIGTERM',
  'illegal instruction': 'SIGILL',
  'illegal hardware instruction': 'SIGILL',
  'trace/breakpoint trap': 'SIGTRAP',
  'trace/bpt trap': 'SIGTRAP',
  'trace trap': 'SIGTRAP',
  'bus error': 'SIGBUS',
  'floating point exception': 'SIGFPE',
  hangup: 'SIGHUP',
  'bad system call': 'SIGSYS',
};
const signalOf = (words: string) => WORDS[words.toLowerCase()] ?? null;
const ANY = Object.keys(WORDS)
  .sort((a, b) => b.length - a.length)
  .join('|');

export const SHELLS: NoticeTable = {
  words:
    /fault|abort|kill|terminat|instruction|trap|bus error|exception|hangup|bad system|signal|Error \d|exit/i,
  rows: [
    {
      teller: 'shell',
      pattern:
        /^(?:\S*sh: )?(?:\S+: )?(?:line \d+: +|\d+: )?(?:(\d+) )?((?:Segmentation|Abort|Kill|Terminat|Illegal|Trace|Bus|Floating|Hangup|Bad)[a-zA-Z/ ]*?)(?:: \d{1,2})?(?: +\(core dumped\))?(?:\s{2,}.*)?$/,
      read: ([, pid, words]) => {
        // These are zsh's, which puts its name before them; alone they may be anybody's.
        const signal = /^(?:Abort|Hangup|Trace trap)$/i.test(words!.trim()) ? null : signalOf(words!.trim());
        return signal === null ? null : { signal, pid: Number(pid ?? 0) };
      },
      example: 'Segmentation fault: 11',
      answer: 'Native code crashed: SIGSEGV',
    },
    {
      teller: 'shell',
      pattern: new RegExp(String.raw`^zsh: (${ANY})(?: \(core dumped\))?(?:\s+\S.*)?$`),
      read: ([, words]) => ({ signal: signalOf(words!) }),
      example: 'zsh: killed     node server.js',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'shell',
      pattern: new RegExp(String.raw`^\[\d+\][ +-]+(\d+) (${ANY})(?: \(core dumped\))?(?:\s{2,}\S.*)?$`, 'i'),
      read: ([, pid, words]) => ({ signal: signalOf(words!), pid: Number(pid) }),
      example: '[1]    4711 abort      node server.js',
      answer: 'Native code crashed: SIGABRT',
    },
    {
      teller: 'shell',
      pattern: /^fish: .{0,300} terminated by signal (SIG[A-Z]+)\b/,
      read: ([, signal]) => ({ signal: signal! }),
      example: "fish: Job 1, 'node server.js' terminated by signal SIGKILL (Forced quit)",
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'make',
      pattern: new RegExp(
        String.raw`^g?make(?:\[\d+\])?: \*\*\* \[[^\]]{1,200}\] (?:Error (\d{1,3})|(${ANY}))\b`,
        'i',
      ),
      read: ([, code, words]) => (words === undefined ? { code: Number(code) } : { signal: signalOf(words) }),
      example: 'make: *** [Makefile:4: start] Error 137',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'time',
      pattern: /^Command (?:terminated by signal (\d{1,2})|exited with non-zero status (\d{1,3}))$/,
      read: ([, signal, code]) => ({ code: signal === undefined ? Number(code) : 128 + Number(signal) }),
      example: 'Command terminated by signal 9',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'shell',
      pattern: new RegExp(`^(?:exit|exited with exit) (?:code|status):? ${CODE}$`, 'i'),
      read: ([, code]) => ({ code: codeIn(code) }),
      example: 'exit code: 137',
      answer: 'Terminated from outside by SIGKILL',
    },
  ],
};
