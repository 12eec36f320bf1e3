// Pods of a workload side by side: in how many a cause is, in what these differ, and the odd one out.
import { expect, test } from 'vitest';
import { judgeFamily } from '../../src/findings/family/judge-family.ts';
import type { DiagnosisReport, FamilyMember, FamilyReport } from '../../src/model/finding.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderFamilyText } from '../../src/report/text/pages/family-text.ts';
import { VERSION } from '../../src/version.ts';
import { buildFinding, buildReport, HOSTILE_NAME } from '../report/build-report.ts';
import { schemaErrors } from '../support/json-schemas.ts';

const HOUR = 3_600;
const MB = 2 ** 20;

interface Facts {
  node?: string;
  image?: string;
  ageSeconds?: number;
  nodeVersion?: string;
  requests?: number;
  rss?: number;
  cores?: number;
  verdict?: DiagnosisReport['verdict'];
}

function pod(name: string, isSick: boolean, facts: Facts = {}): FamilyMember {
  const { node = 'node-a', image = 'registry.example:5000/shop/shop:1', ageSeconds = 5 * HOUR } = facts;
  const { requests = 25, rss = 64 * MB, cores = 0.07, nodeVersion = 'v22.11.0' } = facts;
  const report = buildReport({
    verdict: facts.verdict ?? (isSick ? 'findings' : 'healthy'),
    findings: isSick ? [buildFinding()] : [],
    notApplicable: [],
    warnings: [],
    work: { requestsPerSecond: requests, cpuCores: cores, rssBytes: rss, rssBytesPerSecond: -2_048 },
  });
  report.target = { ...report.target, pid: 1, uptimeSeconds: ageSeconds, nodeVersion };
  report.capture.warnings = [];
  const place = { namespace: 'prod', node, image, restarts: 0 };
  return { name, pid: 1, role: 'pod', command: 'node server.js', pod: place, report };
}

const unreachable = (name: string): FamilyMember => ({
  ...{ name, role: 'pod', pod: { namespace: 'prod' } },
  notLookedAt: 'The pod is Pending.',
});

const reportOf = (...members: FamilyMember[]): FamilyReport => ({
  kind: 'family',
  schemaVersion: 1,
  tool: { name: 'culprit', version: VERSION },
  ...judgeFamily(members),
  members,
});

const NEW = { image: 'registry.example:5000/shop/shop:2', ageSeconds: HOUR };

test('as text: who, all side by side, then each cause with what differs', () => {
  const report = reportOf(
    pod('shop-a', false),
    pod('shop-b', true, NEW),
    pod('shop-c', false),
    unreachable('shop-d'),
  );
  const text = renderFamilyText(report, { colors: false, width: 100 });
  expect(text).toMatchInlineSnapshot(`
    "SICK: Of 3 pods, pod shop-b is the only one with a problem: nothing was found in the others. 1 pod
    could not be diagnosed.

     POD      IMAGE    AGE      RSS     RSS GROWTH   CPU   REQUESTS   VERDICT
     shop-a   shop:1   5 h      64 MB   -2 KB/s      7%    25/s       healthy
     shop-b   shop:2   60 min   64 MB   -2 KB/s      7%    25/s       heap-leak
     shop-c   shop:1   5 h      64 MB   -2 KB/s      7%    25/s       healthy
     shop-d                                                           not captured: The pod is Pending.

    1. CRITICAL Map \`sessions\` grows by 1,240 entries/s and is never trimmed (src/session.ts:12,
                remember)
       Pods        1 of 3: shop-b
       Differ in   image: registry.example:5000/shop/shop:2; without this cause:
                   registry.example:5000/shop/shop:1
                   age: 60 min; without this cause: 5 h
       Where       src/session.ts:12:3, in remember
       Impact      heap +1.2 MB/s; heap limit 256 MB reached in about 7 min
       Evidence    - live bytes allocated at remember rose in 9 of 9 intervals (1.2 MB/s)
                   [heap-sampling]
                   - the heap after a full GC rose from 31 MB to 67 MB [gc]
       Explains    - fd-growth: sockets to 127.0.0.1:5432 +3.1/s
       Could it be harmless?
                   A cache still filling would flatten; the slope did not fall over 60 s.
       Fix         Bound the map (an LRU with a maximum), or delete entries when the session ends.
       Caveats     - Only 30 s were seen; a cache with a longer life would look the same.
       Confidence  high (heap-leak, fingerprint c0ffee12)

       Captured    3 pods, each for 30 s; 3 restored as they were
       More        --json has the whole report of each pod
    "
  `);
});

const differencesIn = (...members: FamilyMember[]) => judgeFamily(members).causes[0]!.differences;

test.each<[string, FamilyMember[]]>([
  ['two pods alone', [pod('a', true, { node: 'x' }), pod('b', false, { node: 'y' })]],
  ['one pod a node', ['a', 'b', 'c', 'd'].map((name, index) => pod(name, index < 2, { node: name }))],
  [
    'a healthy pod with the same value',
    [pod('a', true, { node: 'x' }), pod('b', false, { node: 'x' }), pod('c', false), pod('d', false)],
  ],
  ['ages close to each other', [pod('a', true, { ageSeconds: 4 * HOUR }), pod('b', false), pod('c', false)]],
  [
    'young pods, a few minutes apart',
    [40, 160, 170].map((ageSeconds, index) => pod(`${index}`, index === 0, { ageSeconds })),
  ],
  [
    'others that served nothing, and may have it, too',
    [pod('a', true, NEW), pod('b', false, { verdict: 'idle' }), pod('c', false, { verdict: 'idle' })],
  ],
  ['all of them', [pod('a', true, NEW), pod('b', true), pod('c', true)]],
])('nothing is said to differ: %s', (_, members) => {
  expect(differencesIn(...members)).toBeUndefined();
});

test('a value that is not known of all tells nobody apart', () => {
  const unknown = pod('c', false);
  unknown.pod = { namespace: 'prod' };
  expect(differencesIn(pod('a', true, { node: 'x' }), pod('b', false), unknown)).toBeUndefined();
});

test.each<[string, Facts, object]>([
  ['traffic', { requests: 90 }, { what: 'requests', these: '90/s', others: '25/s' }],
  ['Node.js', { nodeVersion: 'v24.1.0' }, { what: 'Node.js', these: 'v24.1.0', others: 'v22.11.0' }],
  ['the machine', { node: 'node-b' }, { what: 'node', these: 'node-b', others: 'node-a' }],
])('%s tells them apart when it differs clearly', (_, facts, difference) => {
  expect(differencesIn(pod('a', true, facts), pod('b', false), pod('c', false))).toEqual([difference]);
});

test('the odd one out is named although nothing is found in it', () => {
  const others = ['b', 'c', 'd'].map((name) => pod(name, false));
  const odd = pod('a', false, { image: 'shop:0', requests: 90, rss: 200 * MB, cores: 0.5, node: 'node-x' });
  const report = reportOf(odd, ...others);
  expect(report.oddOnes).toEqual([
    {
      member: 'a',
      differences: [
        { what: 'image', these: 'shop:0', others: 'registry.example:5000/shop/shop:1' },
        { what: 'requests', these: '90/s', others: '25/s' },
        { what: 'memory', these: '200 MB', others: '64 MB' },
        { what: 'CPU', these: '50%', others: '7%' },
      ],
    },
  ]);
  expect(renderFamilyText(report, { colors: false, width: 100 })).toContain(
    '\nUnlike all others: a, image shop:0 (others: registry.example:5000/shop/shop:1); requests 90/s\n(others: 25/s); memory 200 MB (others: 64 MB); CPU 50% (others: 7%)\n',
  );
});

test('nobody is odd among three, by little, or beside a cause', () => {
  const others = ['b', 'c', 'd'].map((name) => pod(name, false));
  const odd = pod('a', false, { rss: 200 * MB });
  expect(judgeFamily([odd, ...others.slice(1)]).oddOnes).toEqual([]);
  expect(
    judgeFamily([pod('a', false, { rss: 100 * MB, cores: 0.15, requests: 40 }), ...others]).oddOnes,
  ).toEqual([]);
  expect(judgeFamily([pod('a', true, { rss: 200 * MB }), ...others]).oddOnes).toEqual([]);
});

test('many names do not fill the sentence', () => {
  const members = Array.from({ length: 14 }, (_, index) => pod(`p${index}`, index < 12));
  expect(judgeFamily(members).verdictReason).toMatch(
    /12 have problems: pod p0, .+, pod p9 and 2 more\. Nothing/,
  );
});

test('none could be looked at', () => {
  expect(judgeFamily([unreachable('a')]).verdictReason).toBe('The pod could not be diagnosed.');
});

test('as JSON it keeps to its schema, and hostile names stay harmless', () => {
  const sick = pod(HOSTILE_NAME, true, { image: HOSTILE_NAME });
  const odd = pod('odd', false, { image: `${HOSTILE_NAME}2`, rss: 400 * MB });
  const report = reportOf(sick, odd, ...['b', 'c'].map((name) => pod(name, false)), unreachable('x'));
  expect(schemaErrors('family-report-v1', JSON.parse(renderJson(report)))).toEqual([]);
  expect(renderFamilyText(report, { colors: false, width: 80 })).not.toMatch(/\p{Cf}|\p{Cc}(?<!\n)/u);
});
