// What accumulates because of others: clients that leave before the end of their answer, servers that end every connection.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { leftAnswers } from '../../src/analysis/waiting/left-answers.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { Finding } from '../../src/model/finding.ts';
import {
  asyncSite,
  buildObservations,
  change,
  cpu,
  fds,
  type Habit,
  timers,
} from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { constant, linear, step } from '../support/shapes.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;
const HANDLER = framesFrom('serveAlbum@/app/src/albums.js:19')[0]!;

/** Requests of one kind, of which some clients leave before the end. */
const clients = (label: string, perSecond: number, leaving: number, handler = HANDLER): Habit[] => [
  asyncSite('http.server.client', '', { label, perSecond, aliveShare: 0, handler }),
  change((observations) => {
    const site = observations.asyncObservations[0]!.sites.at(-1)!;
    for (const read of site.reads) Object.assign(read, { oldDropped: Math.floor(read.oldWatched * leaving) });
  }),
];
const OPENS = asyncSite(
  'fs.stream',
  'endReadableNT@node:internal/streams/readable:1300 > open@/app/node_modules/zipper/index.js:73',
);
const ZIP_FILES = fds('file', '/data/IMG_#.jpg', linear(3));

describe('files that stay open at the pace at which clients leave', () => {
  const [finding, ...others] = findingsOf(ZIP_FILES, OPENS, ...clients('GET /albums/#', 6, 0.5));
  const { advice, evidence, subject, title } = finding as Finding;

  test('are those that were opened for them, in what answers their requests', () => {
    expect(others).toEqual([]);
    expect(title).toBe(
      'Open files /data/IMG_#.jpg accumulate at 3/s and are never closed (src/albums.js:19, serveAlbum, through zipper (node_modules/zipper/index.js:73, open))',
    );
    expect(subject).toMatchObject({ file: 'src/albums.js', line: 19, function: 'serveAlbum' });
    expect(evidence).toContainEqual(
      expect.objectContaining({
        source: 'requests',
        statement: expect.stringMatching(
          /^clients of GET \/albums\/#, which src\/albums\.js:19, serveAlbum answers, disconnected before the end of their answer at [23][.\d]*\/s \((50|49)% of them\), the pace at which these accumulate$/,
        ),
      }),
    );
    expect(advice).toEqual([
      'In the code that answers GET /albums/#, listen for "close" on the response, and end what was opened for it there (destroy, abort, kill, close). pipe() does not do that; stream.pipeline() does it for the streams passed to it.',
      'If that code cannot reach what zipper has opened, you need a version of zipper that closes it. To test one, have clients of GET /albums/# disconnect before the end of their request, and count again.',
    ]);
  });

  test.each<[string, Habit[]]>([
    ['where fewer leave', clients('GET /albums/#', 6, 0.1)],
    ['where more leave', clients('GET /albums/#', 60, 0.5)],
    ['where none leaves', clients('GET /albums/#', 6, 0)],
  ])('are not said to be theirs %s', (_, habits) => {
    const [alone] = findingsOf(ZIP_FILES, OPENS, ...habits);
    expect(alone!.subject.file).toBe('node_modules/zipper/index.js');
    expect(JSON.stringify(alone)).not.toContain('before the end of their answer');
  });

  test('are theirs, too, where only who calls the package most is known', () => {
    const calls = asyncSite('Timeout', 'list@/app/src/list.js:16 > get@/app/node_modules/zipper/index.js:3', {
      aliveShare: 0,
    });
    const guessed = findingsOf(ZIP_FILES, OPENS, calls);
    expect(guessed[0]!.subject).toMatchObject({ file: 'src/list.js' });
    const [told] = findingsOf(ZIP_FILES, OPENS, calls, ...clients('GET /albums/#', 6, 0.5));
    expect(told!.subject).toMatchObject({ file: 'src/albums.js', line: 19 });
    expect(JSON.stringify(told)).not.toContain('src/list.js');
  });

  test('keep their own place in the application, and have the evidence beside it', () => {
    const own = asyncSite('fs.stream', 'pack@/app/src/pack.js:7 > open@/app/node_modules/zipper/index.js:73');
    const [placed] = findingsOf(ZIP_FILES, own, ...clients('GET /albums/#', 6, 0.5));
    expect(placed!.subject).toMatchObject({ file: 'src/pack.js', line: 7 });
    expect(placed!.advice[1]).toMatch(/^`open\(\)` of zipper opens them for src\/pack\.js:7, pack: release/);
    expect(JSON.stringify(placed)).toContain('before the end of their answer');
  });
});

test('clients that leave now and then are no fact', () => {
  const observations = buildObservations(...clients('GET /albums/#', 0.3, 0.4));
  expect(leftAnswers(observations.asyncObservations)).toEqual([]);
});

describe('clients of a package that connect again and again', () => {
  const connects = (perSecond: number, stack: string): Habit =>
    asyncSite('TCPWRAP', stack, { perSecond, aliveShare: 0 });
  const BY_TIMER = 'listOnTimeout@node:internal/timers:581 > again@/app/node_modules/broker/client.js:80';
  const asked = cpu([
    ['(idle)', 90],
    ['publish@/app/src/publish.js:9 > connect@/app/node_modules/broker/client.js:20', 5],
  ]);

  test('accumulate where timers do, and are named with who makes them', () => {
    const [finding, ...others] = findingsOf(connects(40, BY_TIMER), timers(linear(2)), asked);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'timer-leak',
      severity: 'warning',
      title:
        'Clients of broker that connect again and again accumulate at 2/s, each with its timer, and are never ended (src/publish.js:9, publish, through broker (node_modules/broker/client.js:80, again))',
      subject: { file: 'src/publish.js', line: 9 },
      symptoms: [expect.stringMatching(/new connections/)],
    });
    expect(finding!.advice[0]).toMatch(/^End each client that is no longer needed/);
  });

  test('are only many connections where timers stay as many', () => {
    for (const others of [timers(constant(40)), timers(step(5, 30))]) {
      const [finding] = findingsOf(connects(40, BY_TIMER), others, asked);
      expect(finding).toMatchObject({ kind: 'connection-churn' });
      expect(finding!.title).toMatch(/: clients that reconnect again and again \(src\/publish/);
      expect(finding!.advice.join()).not.toContain('keepAlive');
    }
  });

  test('are none where the application asks for each connection, or where they stay open', () => {
    const poll = 'listOnTimeout@node:internal/timers:581 > poll@/app/src/poll.js:3';
    const reconnects = (...habits: Habit[]) => gatherFacts(buildObservations(...habits)).reconnects;
    expect(reconnects(connects(40, poll))).toEqual([]);
    expect(reconnects(asyncSite('TCPWRAP', BY_TIMER, { perSecond: 4 }))).toEqual([]);
    const [churn] = findingsOf(connects(40, poll), timers(linear(2)));
    expect(churn!.title).toContain('one for each request instead of keep-alive');
  });
});
