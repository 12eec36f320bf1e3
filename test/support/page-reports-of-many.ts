// Reports of several processes as pages show them: workers side by side, and what a watch has seen.

import { judgeFamily } from '../../src/findings/family/judge-family.ts';
import type { DiagnosisReport, FamilyReport } from '../../src/model/finding.ts';
import type { WatchReport } from '../../src/wire/watch/report.ts';

/** Two workers that were diagnosed, and one that was not. */
export function familyReport(sick: DiagnosisReport, healthy: DiagnosisReport): FamilyReport {
  const command = 'node /srv/shop/dist/server.js';
  const work = { rssBytes: 96_000_000, rssBytesPerSecond: 2_100, cpuCores: 0.08, requestsPerSecond: 24.6 };
  const members = [
    {
      name: '4242',
      pid: 4242,
      role: 'cluster worker',
      app: 'shop',
      command,
      report: { ...sick, work: { ...work, rssBytesPerSecond: 310_000 } },
    },
    { name: '4243', pid: 4243, role: 'cluster worker', app: 'shop', command, report: { ...healthy, work } },
    {
      name: '4244',
      pid: 4244,
      role: 'cluster worker',
      app: 'shop',
      command,
      notLookedAt: 'a debugger is attached',
    },
  ];
  return {
    kind: 'family',
    schemaVersion: 1,
    tool: { name: 'culprit', version: '0.1.0' },
    ...judgeFamily(members),
    members,
  };
}

type Decision = WatchReport['decisions'][number];

/** `at` is a time of 2027-01-31. */
export const decision = (at: string, what: Decision['what'], fields: Partial<Decision> = {}): Decision => ({
  at: `2027-01-31T${at}.000Z`,
  target: 'shop',
  pid: 4242,
  rule: null,
  what,
  why: '',
  evidence: null,
  outcome: 'done',
  detail: '',
  ...fields,
});

const LEAK = 'Map `sessions` grows by 30 entries/s and is never trimmed (src/sessions.ts:23, remember)';
const EVIDENCE = '2027-01-31T10-12-00-000Z-memory-rising-shop';
const FOLDER = '/srv/culprit-watch';

const DECISIONS: Decision[] = [
  decision('08:00:00', 'begin', { target: '', pid: null, why: 'started', detail: FOLDER }),
  decision('08:00:00', 'found', { why: 'node dist/server.js' }),
  decision('08:00:00', 'found', { target: 'mailer', pid: 77, why: 'node mailer.js' }),
  decision('08:40:00', 'light', { why: 'its turn', detail: 'nothing found' }),
  decision('09:10:00', 'warn', { rule: 'loop', why: 'event loop busy for 93% of the time' }),
  decision('09:25:00', 'clear', { rule: 'loop', why: 'event loop busy for 40% of the time' }),
  decision('09:40:00', 'ended', { target: 'mailer', pid: 77, why: 'node mailer.js' }),
  decision('09:40:05', 'restarted', { target: 'mailer', pid: 79, why: 'node mailer.js' }),
  decision('10:11:30', 'warn', { rule: 'memory-rising', why: 'rose in 11 of 12 windows' }),
  decision('10:12:31', 'diagnose', {
    rule: 'memory-rising',
    why: 'rose in 11 of 12 windows',
    evidence: `${FOLDER}/evidence/${EVIDENCE}`,
    detail: `warning: ${LEAK}`,
  }),
  decision('10:12:33', 'report', { rule: 'memory-rising', detail: 'report.html' }),
  decision('10:12:34', 'webhook', { rule: 'memory-rising', detail: 'queued' }),
  decision('10:50:00', 'critical', { rule: 'memory', why: 'memory at 91% of its limit' }),
  decision('10:50:02', 'exec', {
    rule: 'memory',
    why: 'memory at 91% of its limit',
    outcome: 'failed',
    detail: 'the program ended with exit code 1',
  }),
];

const rule = (name: string, level: WatchReport['rules'][number]['level'], target = 'shop') => ({
  rule: name,
  target,
  level,
  levelAgeMillis: 600_000,
  ageMillis: 10_800_000,
  ranAgoMillis: [],
  runs: level === 'ok' ? 0 : 1,
  state: 'running' as const,
  reason: '',
});

/** A service that leaks while another one came back once. */
export function watchReport(): WatchReport {
  const alert = { metric: 'memory.share', target: 'shop', host: 'web-1', pid: 4242, findings: [LEAK] };
  const way = `./evidence/${EVIDENCE}`;
  return {
    kind: 'watch',
    schemaVersion: 1,
    tool: { name: 'culprit', version: '0.1.0' },
    folder: FOLDER,
    watcher: 4711,
    savedAt: '2027-01-31T11:00:00.000Z',
    rules: [
      rule('memory', 'critical'),
      rule('memory-rising', 'warn'),
      rule('loop', 'ok'),
      rule('loop', 'ok', 'mailer'),
    ],
    targets: [
      {
        name: 'shop',
        pid: 4242,
        command: 'node dist/server.js',
        sinceAgeMillis: 10_800_000,
        restarts: 0,
        findings: [
          {
            fingerprint: '3f2c1ab9',
            kind: 'heap-leak',
            title: LEAK,
            severity: 'warning',
            firstSeen: '2027-01-31T10:12:31.000Z',
            missed: 0,
          },
        ],
      },
      {
        name: 'mailer',
        pid: 79,
        command: 'node mailer.js',
        sinceAgeMillis: 4_795_000,
        restarts: 1,
        findings: [],
      },
    ],
    alerts: [
      {
        ...alert,
        rule: 'memory',
        level: 'critical',
        why: 'memory at 91% of its limit',
        evidence: `${FOLDER}/evidence/${EVIDENCE}`,
        startsAtMillis: Date.parse('2027-01-31T10:50:00.000Z'),
      },
      {
        ...alert,
        rule: 'memory-rising',
        level: 'warn',
        why: 'rose in 11 of 12 windows',
        evidence: `${FOLDER}/evidence/${EVIDENCE}`,
        startsAtMillis: Date.parse('2027-01-31T10:11:30.000Z'),
      },
    ],
    decisions: DECISIONS,
    decisionsLeftOut: 0,
    evidence: [
      {
        name: EVIDENCE,
        at: '2027-01-31T10:12:00.000Z',
        decision: DECISIONS.find(({ evidence }) => evidence !== null)!,
        bytes: 3_400_000,
        files: ['report.html', 'flame.html', 'report.txt', 'report.json', 'recording.tgz'].map((name) => ({
          name,
          href: `${way}/${name}`,
        })),
        verdict: 'findings',
        findings: [{ kind: 'heap-leak', severity: 'warning', title: LEAK }],
      },
    ],
    evidenceLeftOut: 0,
  };
}
