// Deaths are told apart by process, not by text: two lines of one death are one, six processes' deaths are six.
import { describe, expect, test } from 'vitest';
import { triage } from '../../src/triage/triage.ts';
import { triageText } from './triage-text.ts';

const count = async (lines: readonly string[]) => {
  const { findings } = await triageText(`${lines.join('\n')}\n`);
  return findings.reduce((sum, { crash }) => sum + crash.occurrences, 0);
};
const six = (line: (n: number) => string | string[]) => [1, 2, 3, 4, 5, 6].flatMap(line);

const dump = (pid: number) => [
  '<--- Last few GCs --->',
  `[${pid}:0x5a1f0]  90210 ms: Mark-Compact 60.4 (68.0) -> 60.0 (66.5) MB, 20.45 / 0.00 ms  (average mu = 0.1) allocation failure`,
  '<--- JS stacktrace --->',
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  ' 1: 0xb7a940 node::Abort() [node]',
];

describe('one death', () => {
  test.each<[string, string[]]>([
    ['of a service and of its container', ['web_1         | Killed', 'shop_web_1 exited with code 137']],
    [
      'of a shell and of the shell around it',
      ['Killed', 'bash: line 3: 77 Killed                  node a.js'],
    ],
    [
      'of a shell, npm in several lines, and a runner',
      [
        'Killed',
        'npm error code 137',
        'npm error errno 137',
        '##[error]Process completed with exit code 137.',
      ],
    ],
    [
      'that the kernel tells in three lines',
      [
        'Memory cgroup out of memory: Kill process 77 (node) score 900 or sacrifice child',
        'Killed process 77 (node) total-vm:900kB, anon-rss:262144kB, file-rss:0kB',
        'oom_reaper: reaped process 77 (node), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB',
      ],
    ],
    [
      'that Jest repeats in its summary',
      [
        'A jest worker process (pid=77) was terminated by another process: signal=SIGKILL, exitCode=null.',
        ...Array(30).fill('ran'),
        'A jest worker process (pid=77) was terminated by another process: signal=SIGKILL, exitCode=null.',
      ],
    ],
    [
      'that systemd repeats',
      [
        'mail.service: Main process exited, code=exited, status=1/FAILURE',
        'mail.service: Scheduled restart job, restart counter is at 5.',
        'mail.service: Start request repeated too quickly.',
      ],
    ],
  ])('%s', async (_, lines) => {
    expect(await count(lines)).toBe(1);
  });

  test('in a log and in the diagnostic report that Node wrote of it', async () => {
    async function* chunks() {
      yield `${dump(42).join('\n')}\n`;
    }
    const report = (processId: number) => ({
      header: {
        event: 'Allocation failed - JavaScript heap out of memory',
        trigger: 'OOMError',
        processId,
        commandLine: ['node', '--max-old-space-size=60', 'a.js'],
      },
      javascriptHeap: { usedMemory: 60_000_000, totalMemory: 66_000_000, memoryLimit: 70_000_000 },
    });
    const both = (...reports: unknown[]) =>
      triage({ logs: [{ name: 'a', chunks: chunks() }], reports, version: 'test' });
    expect((await both(report(42))).findings.map(({ crash }) => crash.occurrences)).toEqual([1]);
    expect((await both(report(42), report(43))).findings.map(({ crash }) => crash.occurrences)).toEqual([2]);
  });
});

describe('six deaths', () => {
  test.each<[string, string[]]>([
    [
      'of processes that a shell names',
      six((n) => `bash: line 1: ${70 + n} Killed                  node a.js`),
    ],
    ['of containers', six((n) => `shop-worker-${n} exited with code 137`)],
    [
      'that the kernel tells',
      six((n) => `Out of memory: Killed process ${70 + n} (node) total-vm:900kB, anon-rss:2048kB`),
    ],
    [
      'of workers of Jest',
      six(
        (n) =>
          `A jest worker process (pid=${70 + n}) was terminated by another process: signal=SIGKILL, exitCode=null.`,
      ),
    ],
    ['of a cluster, dump after dump', six((n) => dump(70 + n))],
    [
      'of one app that PM2 restarts',
      six(() => 'PM2 log: App [mail:0] exited with code [1] via signal [SIGINT]'),
    ],
    [
      'of instances at their limit',
      six((n) => `2026-03-04T05:0${n}:00Z Memory limit of 256 MiB exceeded with ${260 + n} MiB used.`),
    ],
    [
      'of functions out of time',
      six((n) => `2026-03-04T05:06:0${n}.000Z 0a1b2c3d-000${n} Task timed out after 3.00 seconds`),
    ],
    [
      'of containers, with what each wrote',
      six((n) => [`shop-worker-${n}  | Killed`]).concat(six((n) => `shop-worker-${n} exited with code 137`)),
    ],
    [
      'that docker tells',
      six(
        (n) =>
          `2026-03-04T05:06:0${n}.000000000Z container die 0123456789a${n} (execDuration=5, exitCode=137, image=shop, name=shop-${n})`,
      ),
    ],
  ])('%s', async (_, lines) => {
    expect(await count(lines)).toBe(6);
  });
});

test('deaths that are minutes apart are two, even line by line', async () => {
  const at = (minute: number) => `2026-03-04T05:0${minute}:00Z`;
  expect(await count([`${at(1)} Killed`, `${at(7)} npm error code 137`])).toBe(2);
  expect(await count([`${at(1)} Killed`, `${at(1)} npm error code 137`])).toBe(1);
});
