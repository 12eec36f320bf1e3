// What process managers say of the programs they start: PM2, nodemon, forever, supervisord, concurrently, Node's cluster.
import { formatBytes } from '../../../units/units.ts';
import { signalName } from '../../ends/ending.ts';
import { CODE, codeIn, type NoticeTable } from './notice.ts';

/** PM2's own log, what it prints without a daemon, and whatever a log of logs puts before that. */
const PM2 = String.raw`^(?:.{0,120}?\bPM2\b[^:|]{0,20}[:|] *)?(?:\[PM2\] ?)?`;

export const SUPERVISORS: NoticeTable = {
  words: /exit|killed|crash|restart|died|FATAL state|terminated|received SIG|segmentation fault|segfault/i,
  rows: [
    {
      teller: 'PM2',
      pattern: new RegExp(`${PM2}App \\[([^\\]]*)\\] exited with code \\[(\\d+)\\] via signal \\[(\\w+)\\]`),
      read: ([, name, code, word]) => {
        const signal = signalName(word!);
        // PM2 writes SIGINT where no signal ended it.
        return { code: Number(code), signal: signal === 'SIGINT' ? null : signal, name };
      },
      example: '2026-01-02T10:00:00: PM2 log: App [shop:0] exited with code [1] via signal [SIGINT]',
      answer: 'It ended with exit code 1, and nothing in the log says why',
    },
    {
      teller: 'PM2',
      pattern: new RegExp(
        `${PM2}App (?:\\[([^\\]]*)\\] with id \\[(\\d+)\\] and pid \\[(\\d+)\\],|name:(\\S+) id:(\\d+)) exited with code \\[?(?:(\\d+)|(SIG[A-Z]+))\\]?(?: via signal \\[(\\w+)\\])?`,
      ),
      read: ([, name, id, pid, older, olderId, code, killed, word]) => {
        const signal = killed ?? (word === undefined ? null : signalName(word));
        return {
          code: code === undefined ? null : Number(code),
          signal: signal === 'SIGINT' ? null : signal,
          name: `${name ?? older}:${id ?? olderId}`,
          pid: Number(pid ?? 0),
        };
      },
      example: 'PM2 log: App [shop] with id [2] and pid [26519], exited with code [7] via signal [null]',
      answer: 'It ended with exit code 7, and nothing in the log says why',
    },
    {
      teller: 'PM2',
      pattern: new RegExp(
        `${PM2}(?:\\[PM2\\])?\\[WORKER\\] Process (\\d+) restarted because it exceeds --max-memory-restart value(?: \\(current_memory=(\\d+) max_memory_limit=(\\d+))?`,
      ),
      read: ([, id, used, limit]) => ({
        told: {
          label: 'out-of-memory',
          statement: `PM2 restarted it for using too much memory${used === undefined ? '' : `: ${formatBytes(Number(used))} in use, and --max-memory-restart allows ${formatBytes(Number(limit))}`}`,
        },
        name: `:${id}`,
      }),
      example:
        'PM2 log: [PM2][WORKER] Process 2 restarted because it exceeds --max-memory-restart value (current_memory=419430400 max_memory_limit=314572800 [octets])',
      answer:
        'Out of memory: PM2 restarted it for using too much memory: 400 MB in use, and --max-memory-restart allows 300 MB',
    },
    {
      teller: 'PM2',
      pattern: new RegExp(
        `${PM2}(?:Script .{1,300}|App \\[[^\\]]*\\]) had too many unstable restarts \\((\\d+)\\)`,
      ),
      read: ([, times]) => ({
        told: {
          label: 'restart-loop',
          statement: `PM2 restarted it ${times} times, and then gave up`,
        },
        weight: 'echo',
      }),
      example: 'PM2 log: Script /app/server.js had too many unstable restarts (16). Stopped. "errored"',
      answer: 'Restart loop: PM2 restarted it 16 times, and then gave up',
    },
    {
      teller: 'nodemon',
      pattern: /^\[nodemon\] app crashed\b/,
      read: () => ({ code: null }),
      example: '[nodemon] app crashed - waiting for file changes before starting...',
      answer: 'It ended with an unknown exit code, and nothing in the log says why',
    },
    {
      teller: 'nodemon',
      pattern: /^\[nodemon\] clean exit\b/,
      read: () => ({ code: 0 }),
      example: '[nodemon] clean exit - waiting for changes before restart',
      answer: '',
    },
    {
      teller: 'forever',
      pattern: new RegExp(`^(?:error: +)?Forever detected script exited with code:? ${CODE}$`),
      read: ([, code]) => ({ code: codeIn(code) }),
      example: 'error: Forever detected script exited with code: 8',
      answer: 'It ended with exit code 8, and nothing in the log says why',
    },
    {
      teller: 'forever',
      pattern: /^(?:error: +)?Forever detected script was killed by signal: (SIG[A-Z]+)$/,
      read: ([, signal]) => ({ signal: signal! }),
      example: 'error: Forever detected script was killed by signal: SIGKILL',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'supervisord',
      pattern:
        /^(?:\[?supervisord\]? )?(?:(?:INFO|WARN) )?exited: (\S+) \((?:exit status (\d+)|terminated by (SIG[A-Z]+)(?: \(core dumped\))?); (not expected|expected)\)/,
      read: ([, name, code, signal]) => (signal ? { signal, name } : { code: Number(code), name }),
      example: '2026-01-02 10:00:00,801 WARN exited: shop (terminated by SIGKILL; not expected)',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'supervisord',
      pattern: /gave up: (\S+) entered FATAL state, too many start retries too quickly/,
      read: ([, name]) => ({
        told: {
          label: 'restart-loop',
          statement: `supervisord kept restarting ${name}, and then gave up`,
        },
        name,
        weight: 'echo',
      }),
      example: 'INFO gave up: shop entered FATAL state, too many start retries too quickly',
      answer: 'Restart loop: supervisord kept restarting shop, and then gave up',
    },
    {
      teller: 'concurrently',
      pattern: new RegExp(
        String.raw`^\[[^\]]{1,60}\] \S.{0,200} exited with (?:exit )?(?:code|status):? (?:${CODE}|(SIG[A-Z]+))\.?$`,
      ),
      read: ([, code, signal]) => (signal ? { signal } : { code: codeIn(code) }),
      example: '[web] node server.js exited with code SIGKILL',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'cluster',
      pattern:
        /^(?:\[?[\w ]{1,30}\]?:? )?[Ww]orker (?:process )?(\d{2,8}) (?:has )?(died|exited|crashed)\b(?:.{0,40}?\bcode:? (\d{1,3}))?(?:.{0,40}?\b(SIG[A-Z]+))?/,
      read: ([, pid, how, code, signal]) =>
        how === 'exited' && code === undefined && signal === undefined
          ? null
          : {
              code: code === undefined ? null : Number(code),
              signal: signal ?? null,
              pid: Number(pid),
            },
      example: 'worker 4711 died with code: null, signal: SIGKILL',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'crash handler',
      pattern: /^\s?PID (\d+) received (SIG[A-Z]+)\b/,
      read: ([, pid, signal]) => ({ signal: signal!, pid: Number(pid) }),
      example: 'PID 812 received SIGSEGV for address: 0x0',
      answer: 'Native code crashed: SIGSEGV',
    },
    {
      teller: 'crash handler',
      pattern: /^=+ Caught a Segmentation Fault \[pid=(\d+)\] =+$/,
      read: ([, pid]) => ({ signal: 'SIGSEGV', pid: Number(pid) }),
      example: '=========== Caught a Segmentation Fault [pid=417] ===========',
      answer: 'Native code crashed: SIGSEGV',
    },
    {
      teller: 'crash handler',
      pattern: /^\S{0,300}\/segfault-handler\.node\(\+0x[0-9a-f]+\)\s?\[0x/,
      read: () => ({ signal: 'SIGSEGV', weight: 'echo' }),
      example:
        '/app/node_modules/segfault-handler/build/Release/segfault-handler.node(+0x2c81)[0x7f43485a3c81]',
      answer: 'Native code crashed: SIGSEGV',
    },
    {
      teller: 'supervisor',
      pattern: new RegExp(
        String.raw`^\s*(?:\[[^\]]{1,60}\] )?(?:error:? )?(?:the )?(?:process|command|child|container|program|service|worker|app|node|server|script)\b[^:{}?&=]{0,200}?\bexit(?:ed)?(?: with)?(?: exit)? (?:code|status):? (?:${CODE}|null|undefined)\.?\s*$`,
        'i',
      ),
      read: ([, code]) => ({ code: codeIn(code) }),
      example: 'Process exited with status 137',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'supervisor',
      pattern:
        /^(?:\[[^\]]{1,60}\] )?(?:error:? )?(?:the )?(?:process|command|container|program|service|app|node|server|script)\b[^:{}?&=]{0,120}?\b(?:was )?(?:killed|terminated)(?: by| with| on)? signal:? (?:(SIG[A-Z]+)|(\d{1,2}))\b/i,
      read: ([, signal, number]) => ({ signal: signal ?? signalName(number!) }),
      example: 'Process was killed by signal 9',
      answer: 'Terminated from outside by SIGKILL',
    },
  ],
};
