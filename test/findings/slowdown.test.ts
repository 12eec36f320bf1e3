// Requests that cost more and more CPU time, and what only looks like that.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import {
  asyncSite,
  buildLook,
  buildObservations,
  change,
  collection,
  type Habit,
  heapFloor,
  KB,
} from '../support/build-observations.ts';
import { requestCosts } from '../support/build-slowdown.ts';
import { constant, linear, noise, sum } from '../support/shapes.ts';

const SCAN = 'emit@node:events:500 > weigh@/app/src/server.js:9 > isKnown@/app/src/tickets.js:9';
const CLIMBS = linear(0.1, 2);

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;

test('requests that cost more and more are a finding, placed where the rise is', () => {
  const [finding, ...rest] = findingsOf(requestCosts(CLIMBS, SCAN));
  expect(rest).toEqual([]);
  expect(finding).toMatchObject({
    kind: 'slowdown',
    severity: 'warning',
    subject: { type: 'function', function: 'isKnown', file: 'src/tickets.js', line: 9 },
  });
  expect(finding!.title).toMatch(
    /^Requests cost more and more: 4\.\d+ ms of CPU time each, 2(\.\d)? times what it was 30 s ago/,
  );
});

test('a collection that grows at that very place is the finding, and this its symptom', () => {
  const [finding, ...rest] = findingsOf(
    requestCosts(CLIMBS, SCAN),
    collection(linear(30), `${SCAN} > push`, { type: 'Array', className: 'Array', holderName: 'tickets' }),
  );
  expect([finding!.kind, rest]).toEqual(['heap-leak', []]);
  expect(finding!.symptoms.join()).toContain('requests cost more and more CPU time');
});

test('says what became longer meanwhile', () => {
  const handlers = collection(linear(40), 'use@/app/src/client.js:9 > push', {
    type: 'Array',
    className: 'Array',
    holder: { kind: 'property', name: 'handlers', of: 'Interceptors' },
  });
  const isBounded = change((o) => {
    o.collections[0]!.bound = { name: 'max', limit: 1_000_000, held: 1_160, isNearby: false };
  });
  const findings = findingsOf(requestCosts(CLIMBS, SCAN), handlers, isBounded);
  const slowdown = findings.find(({ kind }) => kind === 'slowdown');
  expect(slowdown!.evidence.map(({ statement }) => statement)).toContain(
    'meanwhile Array `Interceptors.handlers` grew from 400 to 1,160 entries, added in src/client.js:9, use',
  );
});

test('a leak of the heap explains it', () => {
  const findings = findingsOf(
    requestCosts(CLIMBS, SCAN),
    heapFloor(linear(400 * KB), 'emit@node:events:500 > keep@/app/src/keep.js:3'),
  );
  expect(findings.map(({ kind }) => kind)).toEqual(['heap-leak']);
  expect(findings[0]!.symptoms.join()).toContain('requests cost more and more CPU time');
});

test.each<[string, Habit[]]>([
  ['cost the same', [requestCosts(constant(4), SCAN)]],
  ['cost the same, give or take', [requestCosts(sum(constant(4), noise(0.8)), SCAN)]],
  ['cost less and less: code warms up', [requestCosts(linear(-0.05, 4), SCAN)]],
  ['cost a little more', [requestCosts(linear(0.02, 4), SCAN)]],
  ['cost next to nothing', [requestCosts(linear(0.002, 0.05), SCAN)]],
  ['are few', [requestCosts(CLIMBS, SCAN, 1)]],
  [
    'turn to dearer routes',
    [
      requestCosts(CLIMBS, SCAN),
      change((o) => {
        const site = (label: string, made: [number, number]) => ({
          thread: 0,
          type: 'http.server.request',
          label,
          frames: [],
          reads: made.map((count, i) => ({
            atMillis: (i + 1) * 15_000,
            made: count,
            watched: count,
            alive: 0,
            oldWatched: count,
            oldAlive: 0,
          })),
        });
        o.asyncObservations[0]!.sites.push(site('GET /', [100, 110]), site('GET /report', [0, 90]));
      }),
    ],
  ],
])('no slowdown where requests %s', (_, habits) => {
  expect(findingsOf(...habits).filter(({ kind }) => kind === 'slowdown')).toEqual([]);
});

test('it is not judged in a capture that is too short for parts', () => {
  const { notApplicable } = judge(gatherFacts(buildLook(12, requestCosts(CLIMBS, SCAN))));
  expect(notApplicable.map(({ kind }) => kind)).toContain('slowdown');
});

describe('a rise in code of Node that many places call', () => {
  const calling = (inNode: string) =>
    [
      'load@/app/src/orders.js:9',
      'price@/app/src/prices.js:4',
      'send@/app/src/mail.js:7',
      'log@/app/src/log.js:2',
      'save@/app/src/store.js:3',
    ].map((at) => `emit@node:events:500 > ${at} > ${inNode}`);

  test('is told by the function of Node, and of stores by what makes them', () => {
    const [finding, ...rest] = findingsOf(requestCosts(CLIMBS, calling('_propagate@node:async_hooks:343')));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'slowdown',
      subject: { type: 'function', function: '_propagate' },
    });
    expect(finding!.title).toMatch(/ ago, most of the rise in `_propagate` of Node\.js$/);
    expect(finding!.evidence.map(({ statement }) => statement)).toContainEqual(
      expect.stringMatching(
        /^100% of the rise is in node:async_hooks:343, _propagate, called from many places: from [\d.]+ ms to [\d.]+ ms for each request$/,
      ),
    );
    expect(finding!.advice[0]).toMatch(
      /^Search the program and its packages for `new AsyncLocalStorage\(\)`/,
    );
  });

  test('gets no advice about stores where it is elsewhere in Node', () => {
    const [finding] = findingsOf(requestCosts(CLIMBS, calling('arrayClone@node:events:611')));
    expect(finding!.advice[0]).toMatch(/^Node\.js goes through something that the program makes longer/);
  });
});

/** A thread of native code that takes more and more for each request. */
const onNativeThread = (millis: (seconds: number) => number, perSecond = 20): Habit =>
  change((observations) => {
    const spentBy = (atMillis: number) => {
      let micros = 0;
      for (let second = 0; second < atMillis / 1_000; second++) micros += millis(second) * perSecond * 1_000;
      return micros;
    };
    for (const sample of observations.runtime)
      if (sample.cpuMicros !== undefined) sample.cpuMicros += spentBy(sample.atMillis);
    for (const sample of observations.passive)
      sample.threadCpu = {
        mainMicros: sample.atMillis * 50,
        helperMicros: 0,
        poolMicros: 0,
        otherMicros: spentBy(sample.atMillis),
      };
  });
const ADDON = change((o) => {
  o.passive.at(-1)!.addons = [
    { path: '/app/node_modules/@watch/tree-linux-x64/tree.node', package: '@watch/tree-linux-x64@2.4.1' },
  ];
});
const SUBSCRIBES = asyncSite(
  'PROMISE',
  'openPreview@/app/src/previews.js:8 > subscribe@/app/node_modules/@watch/tree/wrapper.js:58',
  { perSecond: 3 },
);
const STEADY = requestCosts(constant(2), SCAN);

test('what native threads take more and more of is told with the call into their addon, and no innocent function', () => {
  const [finding, ...rest] = findingsOf(STEADY, onNativeThread(linear(0.2, 1)), ADDON, SUBSCRIBES);
  expect(rest).toEqual([]);
  expect(finding!.title).toMatch(
    /^Requests cost more and more: .* ago, much of the rise on threads of native code \(src\/previews\.js:8, openPreview, through @watch\/tree\b/,
  );
  expect(finding!.evidence.map(({ statement }) => statement)).toContainEqual(
    expect.stringMatching(
      /^100% of the rise is on threads of native code: from [\d.]+ ms to [\d.]+ ms for each request$/,
    ),
  );
});

test('without an addon, native threads name nothing', () => {
  const [finding] = findingsOf(STEADY, onNativeThread(linear(0.2, 1)), SUBSCRIBES);
  expect(finding).toMatchObject({ kind: 'slowdown', subject: { function: null } });
  expect(finding!.title).not.toContain('native');
});

test('a function is not blamed for a rise that is on other threads', () => {
  const [finding] = findingsOf(requestCosts(linear(0.02, 2), SCAN), onNativeThread(linear(0.2, 1)));
  expect(finding).toMatchObject({ kind: 'slowdown', subject: { function: null } });
});

test('native threads that always take as much are no slowdown', () => {
  expect(findingsOf(STEADY, onNativeThread(constant(4)), ADDON, SUBSCRIBES)).toEqual([]);
});
