// What a person is told of a few lines that platforms print when a process ends, and of documents that are given as files.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTriageFiles } from '../../src/triage/read/triage-files.ts';
import { triage } from '../../src/triage/triage.ts';
import { useTempFolder } from '../support/build-recording.ts';

const temp = useTempFolder();

async function told(name: string, content: string | object) {
  const path = join(temp(), name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  const { pods, events, ...files } = await openTriageFiles([path]);
  const report = await triage({
    ...files,
    ...(pods.length > 0 && { podStatus: { kind: 'List', items: pods } }),
    ...(events.length > 0 && { events: { kind: 'List', items: events } }),
    version: 'test',
  });
  return report.findings;
}

const lines = (...all: string[]) => `${all.join('\n')}\n`;

const PM2_LIFE = (second: number) => [
  `PM2        | 2026-03-04T08:00:0${second}: PM2 log: App [cart:0] starting in -fork mode-`,
  `PM2        | 2026-03-04T08:00:0${second}: PM2 log: App [cart:0] online`,
  `PM2        | 2026-03-04T08:00:0${second}: PM2 log: App [cart:0] exited with code [1] via signal [SIGINT]`,
];

const REPORT = {
  header: {
    reportVersion: 2,
    event: 'Allocation failed - JavaScript heap out of memory',
    trigger: 'FatalError',
    processId: 51,
    commandLine: ['node', '--max-old-space-size=6144', 'export.js'],
    nodejsVersion: 'v20.20.2',
  },
  javascriptStack: { message: 'No stack.', stack: ['Unavailable.'] },
  nativeStack: [],
  javascriptHeap: {
    usedMemory: 2_400_000_000,
    memoryLimit: 6_500_000_000,
    heapSpaces: {
      old_space: { used: 3_000_000 },
      large_object_space: { used: 1_600_000_000 },
      new_large_object_space: { used: 797_000_000 },
    },
  },
  libuv: [],
};

test.each<[what: string, name: string, content: string | object, answer: [string, number, string][]]>([
  [
    'Cloud Run ends a container for its memory',
    'run.txt',
    lines(
      '2026-03-04T08:00:00Z listening on 8080',
      '2026-03-04T08:05:00Z Memory limit of 256 MiB exceeded with 261 MiB used. Consider increasing the memory limit, see https://cloud.google.com/run/docs/configuring/memory-limits',
    ),
    [
      [
        'container-oom',
        1,
        'Out of memory: Google Cloud ended the instance for using too much memory: 261 MB in use, the limit is 256 MB',
      ],
    ],
  ],
  [
    'a Map or a Set reaches the size that V8 allows',
    'large.txt',
    lines(
      '<--- Last few GCs --->',
      '',
      '[712:0x328bd60]     6120 ms: Scavenge 1029.2 (1158.1) -> 1028.9 (1158.1) MB, 98.7 / 0.0 ms  (average mu = 0.990, current mu = 0.990) allocation failure;',
      '',
      '<--- JS stacktrace --->',
      '',
      'FATAL ERROR: invalid table size Allocation failed - JavaScript heap out of memory',
      '----- Native stack trace -----',
      '',
      ' 1: 0xb78db3 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]',
    ),
    [
      [
        'heap-limit',
        1,
        'One object grew beyond what V8 allows, in a heap that was not full: a Map, a Set or an object with very many keys',
      ],
    ],
  ],
  [
    'compose tells of one death twice',
    'compose.txt',
    lines('api_1         | Killed', 'cart_api_1 exited with code 137'),
    [['terminated', 1, 'Terminated from outside by SIGKILL']],
  ],
  [
    'kubectl describes a pod',
    'describe.txt',
    lines(
      'Name:         cart-5d4f9c7b6-x8k2p',
      'Namespace:    default',
      'Status:       Running',
      'Containers:',
      '  cart:',
      '    State:          Waiting',
      '      Reason:       CrashLoopBackOff',
      '    Last State:     Terminated',
      '      Reason:       OOMKilled',
      '      Exit Code:    137',
      '    Restart Count:  4',
      '    Limits:',
      '      memory:  512Mi',
    ),
    [['container-oom', 1, 'The container cart hit its memory limit and the kernel killed the process']],
  ],
  [
    'macOS names a signal',
    'macos.txt',
    lines('listening on 4000', 'Segmentation fault: 11'),
    [['native-crash', 1, 'Native code crashed: SIGSEGV']],
  ],
  [
    'the line that says why is missing',
    'cut.txt',
    lines(
      '<--- Last few GCs --->',
      '',
      '[41:0x2d5fbd0]   904211 ms: Mark-sweep 2030.5 (2075.7) -> 2029.7 (2076.2) MB, 815.3 / 0.1 ms  (average mu = 0.124, current mu = 0.031) allocation failure GC in old space requested',
      '[41:0x2d5fbd0]   905040 ms: Mark-sweep 2029.7 (2076.2) -> 2029.6 (2076.2) MB, 838.3 / 0.1 ms  (average mu = 0.068, current mu = 0.000) allocation failure GC in old space requested',
      '',
      '<--- JS stacktrace --->',
      '',
      ' 1: 0x8c02c0 node::Abort() [node]',
    ),
    [
      [
        'heap-limit',
        1,
        'The V8 heap was exhausted: 2 GB were in use after the last collection, which freed 102 KB',
      ],
    ],
  ],
  [
    'PM2 ends an app for its memory',
    'pm2-memory.txt',
    lines(
      '2026-03-04T08:00:00: PM2 log: [PM2][WORKER] Process 3 restarted because it exceeds --max-memory-restart value (current_memory=365223680 max_memory_limit=209715200 [octets])',
      '2026-03-04T08:00:00: PM2 log: Stopping app:cart id:3',
      '2026-03-04T08:00:00: PM2 log: App [cart:3] exited with code [0] via signal [SIGINT]',
      '2026-03-04T08:00:01: PM2 log: App [cart:3] online',
    ),
    [
      [
        'out-of-memory',
        1,
        'Out of memory: PM2 restarted it for using too much memory: 348 MB in use, and --max-memory-restart allows 200 MB',
      ],
    ],
  ],
  [
    'PM2 starts an app over and over',
    'pm2-loop.txt',
    lines(...[0, 1, 2, 3].flatMap(PM2_LIFE)),
    [
      [
        'unknown',
        4,
        'PM2 keeps restarting it: it ended 4 times with exit code 1, and nothing in the log says why',
      ],
    ],
  ],
  [
    'there is no memory left to start a child',
    'spawn.txt',
    lines(
      'internal/child_process.js:402',
      "    throw errnoException(err, 'spawn');",
      '    ^',
      '',
      'Error: spawn ENOMEM',
      '    at ChildProcess.spawn (internal/child_process.js:402:11)',
      '    at spawn (child_process.js:552:9)',
      '    at Object.fork (child_process.js:109:10)',
      '    at grow (/srv/cart/pool.js:31:18)',
    ),
    [
      [
        'out-of-memory',
        1,
        'No memory was left to start a child process: Error: spawn ENOMEM in grow (/srv/cart/pool.js:31)',
      ],
    ],
  ],
  [
    'systemd tells of the OOM killer',
    'journal.txt',
    lines(
      'Mar 04 08:21:17 web systemd[1]: cart.service: A process of this unit has been killed by the OOM killer.',
      'Mar 04 08:21:17 web systemd[1]: cart.service: Main process exited, code=killed, status=9/KILL',
      "Mar 04 08:21:17 web systemd[1]: cart.service: Failed with result 'oom-kill'.",
    ),
    [['out-of-memory', 1, 'Out of memory: the OOM killer ended a process of cart.service']],
  ],
  [
    'docker inspect tells of the end of a container',
    'inspect.json',
    [
      {
        Id: 'f00',
        State: {
          Status: 'exited',
          Running: false,
          OOMKilled: true,
          Pid: 0,
          ExitCode: 137,
          Error: '',
          FinishedAt: '2026-03-04T08:00:00Z',
        },
        HostConfig: { Memory: 402_653_184 },
      },
    ],
    [['container-oom', 1, 'The container f00 hit its memory limit and the kernel killed the process']],
  ],
  [
    'a diagnostic report shows one object that could not grow',
    'report.json',
    REPORT,
    [
      [
        'heap-limit',
        1,
        'One object could not grow, in a heap that was not full: an array, a string, a Map or a Set',
      ],
    ],
  ],
])('%s', async (_, name, content, answer) => {
  const found = await told(name, content);
  expect(found.map(({ title, crash }) => [crash.label, crash.occurrences, title])).toEqual(answer);
});
