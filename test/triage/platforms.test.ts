// Whole ends as platforms print them, several lines each: which death it was, told once, and what to do about it.
import { describe, expect, test } from 'vitest';
import { triageText } from './triage-text.ts';

const told = async (lines: readonly string[]) => {
  const { findings } = await triageText(`${lines.join('\n')}\n`);
  return findings.map(({ title, crash }) => [title, crash.label, crash.occurrences]);
};

const gc = (pid: number, used: number, committed: number, kind = 'Mark-sweep') =>
  `[${pid}:0x5a1f0]  90210 ms: ${kind} ${used} (${committed}) -> ${used} (${committed}) MB, 410.2 / 0.1 ms  (average mu = 0.1, current mu = 0.0) allocation failure`;

describe('memory:', () => {
  test.each<[name: string, lines: string[], title: string, label: string]>([
    [
      'Cloud Run',
      ['2026-03-04T05:06:07Z ready on 8080', 'Memory limit of 256 MiB exceeded with 261 MiB used.'],
      'Out of memory: Google Cloud ended the instance for using too much memory: 261 MB in use, the limit is 256 MB',
      'container-oom',
    ],
    [
      'PM2 at its memory limit, whatever the exit code',
      [
        '2026-03-04T05:06:07: PM2 log: [PM2][WORKER] Process 4 restarted because it exceeds --max-memory-restart value (current_memory=209715200 max_memory_limit=104857600 [octets])',
        '2026-03-04T05:06:07: PM2 log: Stopping app:mail id:4',
        '2026-03-04T05:06:07: PM2 log: App [mail:4] exited with code [0] via signal [SIGINT]',
        '2026-03-04T05:06:08: PM2 log: App [mail:4] online',
      ],
      'Out of memory: PM2 restarted it for using too much memory: 200 MB in use, and --max-memory-restart allows 100 MB',
      'out-of-memory',
    ],
    [
      'systemd with the OOM killer',
      [
        'Mar 04 05:06:07 web-3 systemd[1]: mail.service: A process of this unit has been killed by the OOM killer.',
        'Mar 04 05:06:07 web-3 systemd[1]: mail.service: Main process exited, code=killed, status=9/KILL',
        "Mar 04 05:06:07 web-3 systemd[1]: mail.service: Failed with result 'oom-kill'.",
      ],
      'Out of memory: the OOM killer ended a process of mail.service',
      'out-of-memory',
    ],
    [
      'the kernel, in all its lines',
      [
        '[ 501.1] node invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0',
        '[ 501.2] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=a,mems_allowed=0,oom_memcg=/a,task_memcg=/a,task=node,pid=77,uid=0',
        '[ 501.2] Memory cgroup out of memory: Killed process 77 (node) total-vm:900kB, anon-rss:262144kB, file-rss:0kB',
        '[ 501.3] oom_reaper: reaped process 77 (node), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB',
      ],
      'The container hit its memory limit and the kernel killed the process',
      'container-oom',
    ],
    [
      'Heroku, with the lines that led there',
      [
        '2026-03-04T05:06:01.000000+00:00 heroku[worker.1]: Process running mem=1100M(214.8%)',
        '2026-03-04T05:06:01.000000+00:00 heroku[worker.1]: Error R14 (Memory quota exceeded)',
        '2026-03-04T05:06:02.000000+00:00 heroku[worker.1]: Error R15 (Memory quota vastly exceeded)',
        '2026-03-04T05:06:02.000000+00:00 heroku[worker.1]: Stopping process with SIGKILL',
        '2026-03-04T05:06:03.000000+00:00 heroku[worker.1]: Process exited with status 137',
        '2026-03-04T05:06:03.000000+00:00 heroku[worker.1]: State changed from up to crashed',
        '2026-03-04T05:06:09.000000+00:00 heroku[router]: at=error code=H10 desc="App crashed" method=GET path="/" dyno= status=503',
      ],
      'Out of memory: Heroku ended the dyno for using more than twice its memory quota (R15)',
      'container-oom',
    ],
    [
      'a GC trace without the fatal line',
      [
        '<--- Last few GCs --->',
        '',
        gc(9, 990.1, 1024.5),
        '',
        '<--- JS stacktrace --->',
        ' 1: 0x8c02c0 node::Abort() [node]',
      ],
      'The V8 heap was exhausted: 990 MB were in use after the last collection, which freed 0 bytes',
      'heap-limit',
    ],
    [
      'native frames without anything before them',
      [
        ' 3: 0xb99c2e v8::Utils::ReportOOMFailure(v8::internal::Isolate*, char const*, bool) [node]',
        ' 4: 0xb99fa7 v8::internal::V8::FatalProcessOutOfMemory(v8::internal::Isolate*, char const*, bool) [node]',
      ],
      'The V8 heap was exhausted',
      'heap-limit',
    ],
    [
      'a Map beyond its own size',
      [
        '<--- Last few GCs --->',
        gc(9, 800.5, 850.1, 'Scavenge'),
        '<--- JS stacktrace --->',
        'FATAL ERROR: invalid table size Allocation failed - JavaScript heap out of memory',
        ' 1: 0xb78db3 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]',
      ],
      'One object grew beyond what V8 allows, in a heap that was not full: a Map, a Set or an object with very many keys',
      'heap-limit',
    ],
    [
      'an array beyond its own size, without the marks of a comment',
      [
        'Fatal error in , line 0',
        'Fatal JavaScript invalid size error 169220804',
        'FailureMessage Object: 00000088B66FE590',
        ' 1: 00007FF772A0013F v8::internal::CodeObjectRegistry::~CodeObjectRegistry+112495',
        ' 3: 00007FF7735F3202 V8_Fatal+162',
      ],
      'One object grew beyond what V8 allows, in a heap that was not full: an array',
      'heap-limit',
    ],
    [
      'no memory for a child, in the text of an old Node.js',
      [
        'internal/child_process.js:394',
        "    throw errnoException(err, 'spawn');",
        '    ^',
        '',
        'Error: spawn ENOMEM',
        '    at ChildProcess.spawn (internal/child_process.js:394:11)',
        '    at Object.fork (child_process.js:108:10)',
        '    at resize (/srv/images.js:40:7)',
      ],
      'No memory was left to start a child process: Error: spawn ENOMEM in resize (/srv/images.js:40)',
      'out-of-memory',
    ],
  ])('%s', async (_, lines, title, label) => {
    expect(await told(lines)).toEqual([[title, label, 1]]);
  });

  test('more heap is no advice for one object that is too large', async () => {
    const { findings } = await triageText(
      'FATAL ERROR: invalid array length Allocation failed - JavaScript heap out of memory\n 1: 0x8c02c0 node::Abort() [node]\n',
    );
    expect(findings[0]!.advice.join(' ')).toMatch(/^More heap does not help/);
    expect(findings[0]!.advice.join(' ')).not.toContain('--max-old-space-size');
  });
});

describe('other ends:', () => {
  test.each<[name: string, lines: string[], title: string, label: string]>([
    ['macOS', ['listening', 'Abort trap: 6'], 'Native code crashed: SIGABRT', 'native-crash'],
    [
      'AWS Lambda out of time',
      [
        '2026-03-04T05:06:00.000Z START RequestId: 0a1b-2c Version: $LATEST',
        '2026-03-04T05:06:09.010Z 0a1b2c3d-4e5f-0000 Task timed out after 9.01 seconds',
      ],
      'Terminated from outside: AWS Lambda ended the function after 9.01 s, its timeout',
      'terminated',
    ],
    [
      'AWS Lambda with an error that nobody caught',
      [
        '2026-03-04T05:06:00.000Z\t0a1b-2c\tERROR\tUncaught Exception \t{"errorType":"TypeError","errorMessage":"no table","stack":["TypeError: no table","    at load (/var/task/db.js:3:9)"]}',
        'RequestId: 0a1b-2c Error: Runtime exited with error: exit status 129',
      ],
      'Uncaught TypeError: no table in load (/var/task/db.js:3)',
      'uncaught-exception',
    ],
    [
      'Bun with an error that nobody caught',
      [
        '1 | const order = null;',
        '2 | order.id;',
        '      ^',
        "TypeError: null is not an object (evaluating 'order.id')",
        '      at pay (/srv/pay.ts:2:7)',
        '',
        'Bun v1.1.30 (Linux x64)',
      ],
      "Uncaught TypeError: null is not an object (evaluating 'order.id') in pay (/srv/pay.ts:2)",
      'uncaught-exception',
    ],
    [
      'a Windows status',
      ['npm ERR! code ELIFECYCLE', 'npm ERR! errno 3221225477'],
      'Native code crashed: exit code 3221225477 of Windows (0xC0000005, access violation)',
      'native-crash',
    ],
    [
      'a job killed on a runner',
      ['Killed', '##[error]Process completed with exit code 137.'],
      'Terminated from outside by SIGKILL',
      'terminated',
    ],
  ])('%s', async (_, lines, title, label) => {
    expect(await told(lines)).toEqual([[title, label, 1]]);
  });

  test('PM2 that restarts a program over and over', async () => {
    const life = (second: number) => [
      `PM2        | 2026-03-04T05:06:0${second}: PM2 log: App [mail:0] starting in -fork mode-`,
      `PM2        | 2026-03-04T05:06:0${second}: PM2 log: App [mail:0] online`,
      `PM2        | 2026-03-04T05:06:0${second}: PM2 log: App [mail:0] exited with code [1] via signal [SIGINT]`,
    ];
    const { findings } = await triageText(`${[1, 2, 3, 4].flatMap(life).join('\n')}\n`);
    expect(findings.map(({ title, harm }) => [title, harm])).toEqual([
      [
        'PM2 keeps restarting it: it ended 4 times with exit code 1, and nothing in the log says why',
        'ended 4 times in 3 s',
      ],
    ]);
    expect(findings[0]!.advice[0]).toContain('pm2 logs');
  });

  test('PM2 that gave up after two ends that the log shows', async () => {
    const end = 'PM2 log: App [mail:0] exited with code [8] via signal [SIGINT]';
    const gaveUp = 'PM2 log: Script /srv/mail.js had too many unstable restarts (15). Stopped. "errored"';
    expect(await told([end, end, gaveUp])).toEqual([
      [
        'PM2 keeps restarting it: it ended 2 times with exit code 8, and nothing in the log says why',
        'unknown',
        2,
      ],
    ]);
  });

  test('H10 alone says that there was a crash, and R14 alone does not', async () => {
    const line = 'at=error code=H10 desc="App crashed" method=GET path="/" dyno= status=503';
    expect(await told([line, line])).toEqual([
      ['Restart loop: Heroku answers requests with H10: the web dyno crashed earlier', 'unknown', 1],
    ]);
    expect(await told(['Error R14 (Memory quota exceeded)', 'served'])).toEqual([]);
  });
});

describe('no crash is said', () => {
  test.each<[when: string, lines: string[], verdict: string]>([
    ['of a program that ended with 0', ['done', 'web-1 exited with code 0'], 'healthy'],
    ['of a service that systemd stopped', ['ready', 'mail.service: Deactivated successfully.'], 'healthy'],
    ['never of lines without an end', ['ready', 'served'], 'too-little-data'],
    [
      'never where it was started again since',
      ['[nodemon] clean exit - waiting for changes before restart', ...Array(40).fill('served')],
      'too-little-data',
    ],
    [
      'never where another service goes on',
      ['web-1  | done', 'db-1  | ready', 'web-1 exited with code 0'],
      'too-little-data',
    ],
  ])('%s', async (_, lines, verdict) => {
    const report = await triageText(`${lines.join('\n')}\n`);
    expect([report.verdict, report.findings]).toEqual([verdict, []]);
  });
});
