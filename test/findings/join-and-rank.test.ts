import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { joinDrafts } from '../../src/findings/join.ts';
import { fingerprint, rankFindings } from '../../src/findings/rank.ts';
import type { Draft } from '../../src/findings/rule.ts';
import { RULES } from '../../src/findings/rules.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { Subject } from '../../src/model/finding.ts';
import {
  asyncSite,
  buildLook,
  buildObservations,
  change,
  children,
  collection,
  cpu,
  external,
  fds,
  type Habit,
  heapFloor,
  KB,
  MB,
  native,
  sockets,
  threads,
} from '../support/build-observations.ts';
import { linear, seededRandom } from '../support/shapes.ts';

const judgeAll = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits)));
const kindsOf = (...habits: Habit[]) => judgeAll(...habits).findings.map(({ kind }) => kind);
const PLACE = 'emit@node:events:500 > handle@/app/src/orders.js:42';
const ELSEWHERE = 'emit@node:events:500 > remember@/app/src/session.js:7';

describe('one root cause is one finding:', () => {
  test('child processes explain their pipes and the heap around them', () => {
    const { findings } = judgeAll(
      children('ffmpeg -i -', linear(0.5)),
      asyncSite('PROCESSWRAP', `${PLACE} > spawn@node:child_process:700`, { perSecond: 0.5 }),
      fds('pipe', 'pipe', linear(1.5)),
      sockets({ family: 'unix', endpoint: 'child' }, linear(1)),
      heapFloor(linear(20 * KB), PLACE),
    );
    expect(findings.map(({ kind }) => kind)).toEqual(['child-process-leak']);
    expect(findings[0]!.symptoms.length).toBeGreaterThanOrEqual(2);
  });

  test('sockets explain their descriptors, heap and buffers, and inherit the nearest limit', () => {
    const { findings } = judgeAll(
      sockets({ state: 'CLOSE_WAIT', endpoint: '10.9.9.9:80' }, linear(3)),
      asyncSite('TCPWRAP', `${PLACE} > connect@node:net:1`),
      heapFloor(linear(60 * KB), PLACE),
      external(linear(100 * KB)),
      change((o) => {
        o.limits.fdSoftLimit = 140;
      }),
    );
    expect(findings.map(({ kind }) => kind)).toEqual(['socket-leak']);
    expect(findings[0]!.impact?.exhaustionSeconds).toBeLessThan(60);
  });

  test('a worker that is never ended explains threads, memory and descriptors', () => {
    const kinds = kindsOf(
      threads(linear(1)),
      asyncSite('WORKER', PLACE, { perSecond: 1 }),
      native(linear(4 * MB)),
      fds('eventfd', 'eventfd', linear(2)),
    );
    expect(kinds).toEqual(['worker-leak']);
  });

  test('a heap near its limit because it leaks is the leak', () => {
    expect(kindsOf(heapFloor(linear(2 * MB, 900 * MB), PLACE))).toEqual(['heap-leak']);
  });

  test('a long synchronous function is a block, not a hotspot as well', () => {
    const kinds = kindsOf(
      cpu([
        ['(idle)', 600],
        [`${PLACE} > pbkdf2Sync@node:internal/crypto/pbkdf2:60`, 400],
      ]),
    );
    expect(kinds).toEqual(['event-loop-block']);
  });

  test('buffers in a Map grow the heap a little: the buffers lead', () => {
    expect(kindsOf(external(linear(MB)), heapFloor(linear(20 * KB), PLACE))).toEqual([
      'external-memory-leak',
    ]);
  });
});

describe('a second cause stays a second finding:', () => {
  test('a Map elsewhere in the code beside leaking sockets', () => {
    const kinds = kindsOf(
      sockets({ state: 'CLOSE_WAIT', endpoint: '10.9.9.9:80' }, linear(3)),
      asyncSite('TCPWRAP', `${PLACE} > connect@node:net:1`),
      heapFloor(linear(MB), ELSEWHERE),
      collection(linear(900), `${ELSEWHERE} > set`, { holderName: 'sessions' }),
    );
    expect(kinds.toSorted()).toEqual(['heap-leak', 'socket-leak']);
  });

  test('a Map that takes far more entries than sockets leak, however small each is', () => {
    const kinds = (entriesPerSecond: number) =>
      kindsOf(
        sockets({ state: 'CLOSE_WAIT', endpoint: '10.9.9.9:80' }, linear(30)),
        asyncSite('TCPWRAP', `${PLACE} > connect@node:net:1`),
        heapFloor(linear(500 * KB), ELSEWHERE),
        collection(linear(entriesPerSecond), `${ELSEWHERE} > set`, { holderName: 'sessions' }),
      );
    expect(kinds(30)).toEqual(['socket-leak']);
    expect(kinds(900).toSorted()).toEqual(['heap-leak', 'socket-leak']);
  });

  test('a leak beside a hotspot', () => {
    expect(
      kindsOf(
        heapFloor(linear(MB), ELSEWHERE),
        cpu([
          ['(idle)', 5],
          [PLACE, 5],
        ]),
      ).toSorted(),
    ).toEqual(['cpu-hotspot', 'heap-leak']);
  });

  test('two hotspots', () => {
    expect(
      kindsOf(
        cpu([
          [PLACE, 5],
          [ELSEWHERE, 5],
        ]),
      ),
    ).toEqual(['cpu-hotspot', 'cpu-hotspot']);
  });

  test('files and sockets that leak in different places', () => {
    const kinds = kindsOf(
      sockets({}, linear(1)),
      fds('file', '/tmp/#', linear(2)),
      asyncSite('FILEHANDLE', ELSEWHERE),
    );
    expect(kinds).toContain('socket-leak');
  });
});

describe('ranking', () => {
  const SUBJECT: Subject = {
    type: 'function',
    name: 'f',
    function: 'f',
    file: 'a.js',
    line: 1,
    column: 1,
    package: null,
    thread: 0,
  };
  const draft = (overrides: Partial<Draft> = {}): Draft => ({
    kind: 'cpu-hotspot',
    severity: 'warning',
    confidence: 0.9,
    urgency: 0.5,
    title: 't',
    subject: SUBJECT,
    impact: { metric: 'cpu', value: 0.5, unit: 'share' },
    evidence: [],
    innocentExplanation: '',
    advice: [],
    caveats: [],
    asSymptom: 's',
    effect: 'cpu',
    explains: [],
    ...overrides,
  });
  const order = RULES.map(({ kind }) => kind);
  const rank = (drafts: Draft[]) => rankFindings(joinDrafts(drafts), order);
  const many = Array.from({ length: 12 }, (_, i) =>
    draft({
      confidence: 0.5 + (i % 3) * 0.1,
      subject: { ...SUBJECT, function: `fn${'abcdefghijkl'[i]}`, file: `${i}.js` },
    }),
  );

  test('puts the surer and the more urgent first', () => {
    const ranked = rank([
      draft({ subject: { ...SUBJECT, file: 'low.js' }, urgency: 0.2 }),
      draft({ subject: { ...SUBJECT, file: 'high.js' }, urgency: 0.9 }),
    ]);
    expect(ranked.map(({ subject }) => subject.file)).toEqual(['high.js', 'low.js']);
    expect(ranked.map(({ rank: at }) => at)).toEqual([1, 2]);
  });

  test('is a total order: scores strictly decrease, even of equals', () => {
    const scores = rank(many).map(({ score }) => score);
    expect(scores.every((score, i) => i === 0 || score < scores[i - 1]!)).toBe(true);
  });

  test('does not depend on the order in which drafts come', () => {
    const random = seededRandom(3);
    const expected = JSON.stringify(rank(many));
    for (let i = 0; i < 20; i++) {
      const shuffled = many
        .map((item) => ({ item, at: random() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ item }) => item);
      expect(JSON.stringify(rank(shuffled))).toBe(expected);
    }
  });

  test('keeps what is only for judging out of the finding', () => {
    const [finding] = rank([draft()]);
    expect(Object.keys(finding!)).not.toEqual(expect.arrayContaining(['urgency']));
    for (const key of ['urgency', 'asSymptom', 'effect', 'explains']) expect(finding).not.toHaveProperty(key);
  });

  test('does not change the drafts it is given', () => {
    const drafts = [
      draft({ kind: 'heap-leak', effect: 'heap', explains: ['gc'] }),
      draft({ kind: 'gc-pressure', effect: 'gc', subject: { ...SUBJECT, file: 'b.js' } }),
    ];
    const before = JSON.stringify(drafts);
    rank(drafts);
    expect(JSON.stringify(drafts)).toBe(before);
  });
});

describe('fingerprints', () => {
  const of = (...habits: Habit[]) => judgeAll(...habits).findings.map((finding) => finding.fingerprint);
  const moved = PLACE.replace(':42', ':97');

  test('stay when lines move', () => {
    expect(
      of(
        cpu([
          ['(idle)', 5],
          [PLACE, 5],
        ]),
      ),
    ).toEqual(
      of(
        cpu([
          ['(idle)', 5],
          [moved, 5],
        ]),
      ),
    );
    expect(of(heapFloor(linear(MB), PLACE))).toEqual(of(heapFloor(linear(MB), moved)));
  });

  test('stay when rates, lengths and the version of a library change', () => {
    expect(of(heapFloor(linear(MB), PLACE))).toEqual(of(heapFloor(linear(3 * MB), PLACE)));
    const longer = judge(gatherFacts(buildLook(60, heapFloor(linear(MB), PLACE)))).findings.map(
      (f) => f.fingerprint,
    );
    expect(of(heapFloor(linear(MB), PLACE))).toEqual(longer);
    const subject: Subject = {
      type: 'function',
      name: 'f',
      function: 'f',
      file: 'a.js',
      line: 1,
      column: 1,
      package: '@a/b@1.0.0',
      thread: 0,
    };
    expect(fingerprint('cpu-hotspot', subject)).toBe(
      fingerprint('cpu-hotspot', { ...subject, package: '@a/b@2.0.0', line: 9 }),
    );
  });

  test('differ by kind, function and file', () => {
    const all = [
      ...of(
        cpu([
          ['(idle)', 5],
          [PLACE, 5],
        ]),
      ),
      ...of(
        cpu([
          ['(idle)', 5],
          [PLACE.replace('handle', 'other'), 5],
        ]),
      ),
      ...of(
        cpu([
          ['(idle)', 5],
          [PLACE.replace('orders', 'carts'), 5],
        ]),
      ),
      ...of(heapFloor(linear(MB), PLACE)),
    ];
    expect(new Set(all).size).toBe(4);
  });

  test('are eight hex digits', () => {
    expect(of(heapFloor(linear(MB), PLACE))[0]).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe('the verdict', () => {
  const verdictOf = (seconds: number, ...habits: Habit[]) =>
    judge(gatherFacts(buildLook(seconds, ...habits)));

  test('is healthy after a capture that was long enough', () => {
    expect(verdictOf(30)).toMatchObject({ verdict: 'healthy' });
  });

  test('is too little data after a short capture, and says what would be enough', () => {
    const { verdict, verdictReason } = verdictOf(5);
    expect(verdict).toBe('too-little-data');
    expect(verdictReason).toMatch(/\d+ s and \d+ samples are not enough.*\d+ s/);
  });

  test('counts the causes', () => {
    expect(verdictOf(30, heapFloor(linear(MB), PLACE)).verdictReason).toMatch(/^1 cause /);
    expect(
      verdictOf(
        30,
        cpu([
          [PLACE, 5],
          [ELSEWHERE, 5],
        ]),
      ).verdictReason,
    ).toMatch(/^2 causes /);
  });

  test('of a CPU profile alone is never health', () => {
    const alone = (millis: number) => {
      const observations = buildObservations(cpu([['(idle)', 10]], millis));
      Object.assign(observations, { passive: [], runtime: [], heapReads: [], asyncObservations: [] });
      return judge(gatherFacts(observations));
    };
    expect(alone(10_000)).toMatchObject({
      verdict: 'too-little-data',
      verdictReason: expect.stringContaining('CPU profile'),
    });
    expect(alone(1_000)).toMatchObject({
      verdict: 'too-little-data',
      verdictReason: expect.stringContaining('covers only 1 s.'),
    });
  });

  test('of nothing at all is too little data', () => {
    const observations = buildObservations();
    Object.assign(observations, {
      passive: [],
      runtime: [],
      heapReads: [],
      asyncObservations: [],
      cpuProfiles: [],
      limits: {},
    });
    expect(judge(gatherFacts(observations)).verdict).toBe('too-little-data');
  });
});
