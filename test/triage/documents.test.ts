// Documents beside logs: what kubectl, docker and AWS print of a state, and the old report as text. And what becomes of
// them when they are cut or mutated.
import { describe, expect, test } from 'vitest';
import { type Documents, readJsonDocument, readTextDocument } from '../../src/triage/read/documents.ts';
import { triage } from '../../src/triage/triage.ts';
import { randomNumbers } from '../support/random-numbers.ts';

const list = (items: unknown[]) => (items.length === 0 ? undefined : { kind: 'List', items });
const look = ({ reports, pods, events }: Documents) =>
  triage({ logs: [], reports, podStatus: list(pods), events: list(events), version: 'test' });
const titles = async (document: Documents | null) =>
  document ? (await look(document)).findings.map(({ title, crash }) => [title, crash.label]) : null;

const DESCRIBED = `Name:             mail-5d9f-x2x2x
Namespace:        default
Node:             node-a/10.0.0.9
Status:           Running
Containers:
  mail:
    Image:          mail:7
    State:          Running
      Started:      Wed, 04 Mar 2026 05:09:00 +0000
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      Wed, 04 Mar 2026 05:00:00 +0000
      Finished:     Wed, 04 Mar 2026 05:06:00 +0000
    Ready:          True
    Restart Count:  3
    Limits:
      cpu:     500m
      memory:  128Mi
    Liveness:  http-get http://:3000/live delay=5s timeout=1s period=10s #success=1 #failure=3
Conditions:
  Type    Status
  Ready   True
Events:
  Type     Reason   Age                From     Message
  ----     ------   ----               ----     -------
  Warning  BackOff  2m (x4 over 9m)    kubelet  Back-off restarting failed container mail in pod mail-5d9f-x2x2x
`;
const PROBED = DESCRIBED.replace('Reason:       OOMKilled', 'Reason:       Error').replace(
  '  Warning  BackOff',
  '  Warning  Unhealthy  3m (x3 over 4m)  kubelet  Liveness probe failed: HTTP probe failed with statuscode: 503\n  Normal   Killing    3m   kubelet  Container mail failed liveness probe, will be restarted\n  Warning  BackOff',
);
const EVENTS = `LAST SEEN   TYPE      REASON       OBJECT            MESSAGE
4m          Normal    Pulled       pod/mail-1        Container image "mail:7" already present on machine
3m20s       Warning   Unhealthy    pod/mail-1        Liveness probe failed: connection refused
3m          Normal    Killing      pod/mail-1        Container mail failed liveness probe, will be restarted
2m          Warning   Evicted      pod/mail-2        The node was low on resource: memory.
90s         Warning   SystemOOM    node/node-a       System OOM encountered, victim process: node, pid: 4711
80s         Warning   SystemOOM    node/node-a       System OOM encountered, victim process: mysqld, pid: 4712
`;
const inspected = (state: object, memory = 0) => [
  {
    Id: 'f00dfeed0000',
    Name: '/mail',
    State: { Status: 'exited', Running: false, Pid: 0, ...state },
    HostConfig: { Memory: memory },
  },
];
const TASKS = {
  tasks: [
    {
      taskArn: 'arn:aws:ecs:eu-west-1:1:task/shop/abc',
      stoppedReason: 'Essential container in task exited',
      memory: '512',
      containers: [
        {
          name: 'mail',
          exitCode: 137,
          lastStatus: 'STOPPED',
          reason: 'OutOfMemoryError: Container killed due to memory usage',
        },
      ],
    },
  ],
};
const OLD_REPORT = `================================================================================
==== Node Report ===============================================================

Event: exception, location: "OnUncaughtException"
Filename: node-report.20180304.050607.4711.001.txt
Dump event time:  2018/03/04 05:06:07
Process ID: 4711
Command line: node mail.js

Node.js version: v8.9.4

================================================================================
==== JavaScript Stack Trace ====================================================

Object.send (/srv/mail.js:12:9)
Timeout.tick (/srv/mail.js:30:3)
ontimeout (timers.js:475:11)

================================================================================
==== JavaScript Heap and Garbage Collector =====================================

Heap space name: old_space
    Memory size: 2,052,096 bytes, committed memory: 1,470,360 bytes
    Capacity: 1,436,632 bytes, used: 1,436,568 bytes, available: 64 bytes

Total used heap memory: 3,155,392 bytes
Heap memory limit: 1,501,560,832
`;

describe('is read as what it is:', () => {
  test('kubectl describe, a container at its memory limit', async () => {
    const document = readTextDocument(DESCRIBED)!;
    expect(await titles(document)).toEqual([
      ['The container mail hit its memory limit and the kernel killed the process', 'container-oom'],
    ]);
    const { findings } = await look(document);
    expect(findings[0]!.crash).toMatchObject({
      exitCode: 137,
      restarts: 3,
      firstSeen: '2026-03-04T05:06:00.000Z',
    });
    expect(findings[0]!.advice[0]).toContain('--max-old-space-size=96 here');
  });

  test('kubectl describe, a probe that failed', async () => {
    expect(await titles(readTextDocument(PROBED))).toEqual([
      [
        'Kubernetes killed it: its liveness probe failed, so Kubernetes killed it (every 10 s, timeout 1 s, 3 failures, first after 5 s); it failed 3 times: HTTP probe failed with statuscode: 503',
        'killed-by-probe',
      ],
    ]);
  });

  test('kubectl describe of two pods', async () => {
    const both = `${DESCRIBED}\n\n${DESCRIBED.replaceAll('x2x2x', 'y3y3y')}`;
    const { findings } = await look(readTextDocument(both)!);
    expect(findings.map(({ crash }) => [crash.occurrences, crash.writers])).toEqual([
      [2, ['mail-5d9f-x2x2x/mail', 'mail-5d9f-y3y3y/mail']],
    ]);
  });

  test('a part of kubectl describe', async () => {
    const part = 'Last State:  Terminated\n  Reason:    OOMKilled\n  Exit Code: 137\n';
    for (const text of [part, `Name:   mail-1\n<snip>\n${part.replaceAll(/^/gm, '    ')}`])
      expect(await titles(readTextDocument(text))).toEqual([
        ['The container hit its memory limit and the kernel killed the process', 'container-oom'],
      ]);
  });

  test('kubectl get events', async () => {
    expect((await titles(readTextDocument(EVENTS)))!.map(([, label]) => label).sort()).toEqual([
      'killed-by-probe',
      'out-of-memory',
      'terminated',
    ]);
  });

  test.each<[string, object, number, string]>([
    [
      'at its memory limit',
      { OOMKilled: true, ExitCode: 137 },
      134_217_728,
      'The container mail hit its memory limit and the kernel killed the process',
    ],
    ['killed', { OOMKilled: false, ExitCode: 137 }, 0, 'Terminated from outside by SIGKILL'],
    ['crashed', { OOMKilled: false, ExitCode: 139 }, 0, 'Native code crashed: SIGSEGV'],
    [
      'without its program',
      { ExitCode: 127, Error: 'exec: "nodee": executable file not found in $PATH' },
      0,
      'It could not start: the container could not start, ContainerCannotRun: exec: "nodee": executable file not found in $PATH',
    ],
  ])('docker inspect, %s', async (_, state, memory, title) => {
    expect((await titles(readJsonDocument(inspected(state, memory))))!.map(([first]) => first)).toEqual([
      title,
    ]);
  });

  test('docker inspect of a container that ended well, or runs', async () => {
    const ended = await look(readJsonDocument(inspected({ ExitCode: 0, OOMKilled: false }))!);
    expect([ended.verdict, ended.findings]).toEqual(['healthy', []]);
    const runs = await look(readJsonDocument(inspected({ ExitCode: 0, Running: true, Status: 'running' }))!);
    expect([runs.verdict, runs.findings]).toEqual(['healthy', []]);
  });

  test('aws ecs describe-tasks', async () => {
    expect(await titles(readJsonDocument(TASKS))).toEqual([
      ['The container mail hit its memory limit and the kernel killed the process', 'container-oom'],
    ]);
  });

  test('the text of node-report', async () => {
    const { findings } = await look(readTextDocument(OLD_REPORT)!);
    expect(findings.map(({ title, subject, crash }) => [title, subject.line, crash.label])).toEqual([
      ['Uncaught exception in send (/srv/mail.js:12)', 12, 'uncaught-exception'],
    ]);
  });

  test('the text of node-report, of a heap that ran full', async () => {
    const text = OLD_REPORT.replace(
      'exception, location: "OnUncaughtException"',
      'Allocation failed - JavaScript heap out of memory, location: "MarkCompactCollector: semi-space copy"',
    );
    expect(await titles(readTextDocument(text))).toEqual([
      ['The V8 heap was exhausted with 3 MB in use', 'heap-limit'],
    ]);
  });

  test('entries of Cloud Logging, the newest first', () => {
    const entries = [
      { timestamp: '2026-03-04T05:06:08Z', textPayload: 'Container terminated on signal 9.' },
      { timestamp: '2026-03-04T05:06:07Z', textPayload: 'ready' },
    ];
    expect(readJsonDocument(entries)?.lines).toEqual([
      '2026-03-04T05:06:07Z ready',
      '2026-03-04T05:06:08Z Container terminated on signal 9.',
    ]);
  });
});

const report = (
  used: Record<string, number>,
  command: string[] = ['node', 'a.js'],
  memoryLimit = 8_000_000_000,
) => ({
  header: {
    event: 'Allocation failed - JavaScript heap out of memory',
    trigger: 'FatalError',
    commandLine: command,
  },
  javascriptHeap: {
    usedMemory: Object.values(used).reduce((sum, bytes) => sum + bytes, 0),
    memoryLimit,
    heapSpaces: Object.fromEntries(Object.entries(used).map(([name, bytes]) => [name, { used: bytes }])),
  },
});

describe('a diagnostic report of a heap', () => {
  const large = {
    old_space: 3_000_000,
    large_object_space: 2_000_000_000,
    new_large_object_space: 700_000_000,
  };
  test.each<[string, object, boolean]>([
    ['that one object filled, far from the limit', report(large), true],
    [
      'that one object filled, close to the limit',
      report(large, ['node', '--max-old-space-size=2600', 'a.js']),
      false,
    ],
    [
      'that many objects filled, far from the limit that it reports',
      report({ old_space: 2_000_000_000 }),
      false,
    ],
  ])('%s', async (_, json, isOne) => {
    const { findings } = await look(readJsonDocument(json)!);
    expect(findings.map(({ title }) => title.startsWith('One object could not grow'))).toEqual([isOne]);
    expect(findings[0]!.evidence[0]!.statement.includes('could not grow')).toBe(isOne);
    // A report does not tell whether the size that V8 allows or the limit of the heap was in the way.
    expect(findings[0]!.advice.join(' ')).not.toContain('More heap does not help');
    expect(findings[0]!.advice[0]!.startsWith('A higher heap limit helps for a while at most')).toBe(isOne);
  });
});

describe('bad input:', () => {
  const texts = [DESCRIBED, PROBED, EVENTS, OLD_REPORT];
  test('a text that is cut anywhere is a true answer or none', async () => {
    for (const text of texts)
      for (let at = 0; at < 20; at++) {
        const document = readTextDocument(text.slice(0, Math.floor((text.length * at) / 20)));
        if (document) expect((await look(document)).kind).toBe('triage');
      }
  });

  const hostile: unknown[] = [
    null,
    'x',
    -1,
    1e308,
    [],
    {},
    true,
    '__proto__',
    'y'.repeat(100_000),
    Number.NaN,
  ];
  test('JSON with any value replaced', async () => {
    const random = randomNumbers(23);
    const documents: unknown[] = [
      inspected({ OOMKilled: true, ExitCode: 137 }, 5),
      TASKS,
      report({ old_space: 1 }),
    ];
    for (let round = 0; round < 300; round++) {
      const json = mutated(
        structuredClone(documents[round % documents.length]),
        hostile[random(hostile.length)],
        random,
      );
      const document = readJsonDocument(json);
      if (document)
        expect(['findings', 'healthy', 'too-little-data']).toContain((await look(document)).verdict);
    }
  });

  test('a text with any line broken', async () => {
    const random = randomNumbers(29);
    for (let round = 0; round < 300; round++) {
      const lines = texts[round % texts.length]!.split('\n');
      const at = random(lines.length);
      lines[at] = [
        lines[at]!.replaceAll(/\d/g, '9'.repeat(30)),
        lines[at]!.replaceAll(':', ''),
        '__proto__: constructor',
        `${' '.repeat(random(200))}${lines[at]}`,
        lines[random(lines.length)]!,
      ][random(5)]!;
      const document = readTextDocument(lines.join('\n'));
      if (document)
        expect(['findings', 'healthy', 'too-little-data']).toContain((await look(document)).verdict);
    }
  });
});

/** One value somewhere in it is another. */
function mutated(json: unknown, value: unknown, random: (below: number) => number): unknown {
  if (typeof json !== 'object' || json === null) return value;
  const keys = Object.keys(json);
  if (keys.length === 0) return value;
  const key = keys[random(keys.length)]!;
  const inner = (json as Record<string, unknown>)[key];
  return Object.assign(json, { [key]: random(4) === 0 ? value : mutated(inner, value, random) });
}
