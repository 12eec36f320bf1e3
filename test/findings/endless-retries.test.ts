// Work that fails and is tried again for ever, told from polling, and connections that fail, told from those without keep-alive.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { AsyncSite } from '../../src/model/async-resource.ts';
import {
  asyncSite,
  buildObservations,
  change,
  fds,
  type Habit,
  timers,
} from '../support/build-observations.ts';
import { constant, linear } from '../support/shapes.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;
const TELL = 'tell@/app/src/orders.js:21';
const RETRY = 'retry@/app/node_modules/again/index.js:58';

/** Of the connections that are begun, `failed` a second fail. */
const connections = (opens: number, failed: number): Habit =>
  change(({ passive }) => {
    for (const sample of passive) {
      const seconds = sample.atMillis / 1_000;
      sample.tcp = { outgoingOpens: opens * seconds, failedOpens: failed * seconds };
    }
  });
const opening = asyncSite('TCPWRAP', 'post@/app/src/orders.js:11 > connect@node:net:1', {
  perSecond: 60,
  aliveShare: 0.001,
});
const promises = (perSecond: number, aliveShare: number): Habit =>
  asyncSite('PROMISE', `${TELL} > ${RETRY}`, { perSecond, aliveShare });
const waits = (more: Partial<AsyncSite> = {}): Habit =>
  asyncSite('Timeout', 'attempt@/app/node_modules/again/index.js:84 > setTimeout@node:timers:140', {
    perSecond: 70,
    aliveShare: 0.1,
    isRepeating: false,
    delayMillis: 2_000,
    ...more,
  });
const RETRIES = [connections(81, 80), timers(linear(15)), promises(45, 0.35), waits()];

describe('work that fails and is tried again', () => {
  test('is named with the line that starts it, and its connections are a symptom', () => {
    const [finding, ...others] = findingsOf(...RETRIES, opening);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'timer-leak',
      title: expect.stringMatching(
        /^Work that fails is retried without end and accumulates at 15\/s, each piece with its own timer \(src\/orders\.js:21, tell, through again /,
      ),
      subject: { file: 'src/orders.js', line: 21 },
      symptoms: ['60/s connections that mostly fail'],
      advice: [expect.stringMatching(/^Give up after a number of attempts or a time /)],
    });
  });

  test('is named by who calls the package whose timers wait, where promises were not watched', () => {
    const called = asyncSite('TCPWRAP', `${TELL} > ${RETRY} > connect@node:net:1`, {
      perSecond: 60,
      aliveShare: 0.001,
    });
    const [finding] = findingsOf(connections(81, 80), timers(linear(15)), waits(), called);
    expect(finding).toMatchObject({
      kind: 'timer-leak',
      title: expect.stringMatching(
        /^Work that fails is retried without end and accumulates at 15\/s, .* \(src\/orders\.js:21, tell, /,
      ),
    });
  });

  const harmless: [string, Habit[]][] = [
    ['connections succeed', [connections(81, 1), ...RETRIES.slice(1)]],
    ['there are not more timers', [connections(81, 80), timers(constant(20)), promises(45, 0.35), waits()]],
    ['what was started ends', [connections(81, 80), timers(linear(15)), promises(45, 0), waits()]],
    ['timers are of other code', [connections(81, 80), timers(linear(15)), promises(45, 0.35)]],
  ];
  test.each(harmless)('is none where %s', (_why, habits) => {
    expect(findingsOf(...habits).filter(({ kind }) => kind === 'timer-leak')).toEqual([]);
  });
});

describe('connections that are begun again and again', () => {
  test('and fail are told as that, without an address that they do not go to', () => {
    const [finding] = findingsOf(opening, connections(81, 80));
    expect(finding).toMatchObject({
      kind: 'connection-churn',
      title: 'Connections are attempted at 60/s, and most of them fail (src/orders.js:11, post)',
      advice: [expect.stringMatching(/^Check which address they go to and their error codes/)],
    });
    expect(finding!.evidence.map(({ statement }) => statement)).toContain(
      '2,400 of the 2,430 connections that its network namespace began during the capture failed',
    );
  });

  test('and succeed lack keep-alive', () => {
    const [finding] = findingsOf(opening, connections(81, 8));
    expect(finding!.title).toMatch(/one for each request instead of keep-alive/);
  });
});

describe('files that stay open while worker threads are started at the same pace', () => {
  const LOGS = fds('file', '/tmp/exports-#.log', linear(2));
  const workers = (perSecond: number): Habit =>
    asyncSite('WORKER', 'logFor@/app/src/exports.js:13 > start@/app/node_modules/logger/index.js:55', {
      perSecond,
      aliveShare: 0.1,
    });

  test('are opened by the workers', () => {
    const [finding] = findingsOf(LOGS, workers(2));
    expect(finding).toMatchObject({
      kind: 'fd-leak',
      title: expect.stringMatching(/ and are never closed \(src\/exports\.js:13, logFor, through logger /),
      advice: [
        expect.stringMatching(/^The worker threads that logger starts there open them: keep one worker/),
      ],
      caveats: [expect.stringMatching(/^culprit infers the place: about as many worker threads are started/)],
    });
  });

  test.each([0.4, 20])('are not where %s workers a second are started', (perSecond) => {
    const [finding] = findingsOf(LOGS, workers(perSecond));
    expect(finding!.caveats).toContain('The code that opens them is unknown.');
  });
});
