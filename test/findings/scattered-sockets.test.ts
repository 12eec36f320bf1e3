// Sockets that each have a port of their own: no port has many, all of them together become more.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { SocketGroup } from '../../src/model/samples.ts';
import { asyncSite, buildObservations, change, type Habit, sockets } from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';

/** So many ports more each second, each with one socket. */
const portsOf = (group: Partial<SocketGroup>, perSecond: number, first = 0): Habit =>
  change((observations) => {
    for (let port = 0; port < first + 30 * perSecond; port++) {
      const one = { ...group, endpoint: `:${30_000 + port}` };
      sockets(one, (seconds) => (seconds * perSecond + first > port ? 1 : 0))(observations);
    }
  });
const LISTENING = { state: 'LISTEN', direction: 'listening' } as const;
const LEFT = { state: 'CLOSE_WAIT', direction: 'inbound' } as const;

const given = (listener: string, servers = 20): Habit =>
  change((observations) => {
    for (let i = 0; i < servers; i++)
      observations.accepted.push({
        thread: 0,
        port: 30_000 + i,
        event: 'connection',
        sockets: 1,
        unread: 1,
        listeners: framesFrom(listener),
      });
  });
const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;

describe('sockets on a port of their own each', () => {
  test('are told together, with the listener that all their servers have', () => {
    const findings = findingsOf(
      portsOf(LEFT, 3),
      portsOf(LISTENING, 3),
      given('onTransfer@/app/src/ftp.js:37'),
    );
    expect(findings.map(({ title }) => title)).toEqual([
      "90 sockets on many ports in CLOSE_WAIT, 3/s more, given to the 'connection' listener in src/ftp.js:37, onTransfer",
    ]);
    expect(findings[0]!.evidence.map(({ statement }) => statement)).toEqual([
      expect.stringMatching(/^sockets on many ports in CLOSE_WAIT rose in \d+ of \d+ intervals, /),
      expect.stringMatching(/^listening sockets on many ports rose in \d+ of \d+ intervals, /),
      "20 servers that culprit inspected have passed 20 open sockets to their 'connection' listener in src/ftp.js:37, onTransfer; nothing reads 20 of them, so their end goes unnoticed",
    ]);
  });

  test('are servers that nobody closes where they have no connections, with the line that starts them', () => {
    const started = asyncSite('TCPSERVERWRAP', 'waitForCallback@/app/src/login.js:12 > listen@node:net:1', {
      perSecond: 2,
    });
    const [finding] = findingsOf(portsOf(LISTENING, 2), started);
    expect(finding).toMatchObject({
      kind: 'socket-leak',
      title: '61 listening sockets on many ports, 2/s more, opened in src/login.js:12, waitForCallback',
      advice: [expect.stringMatching(/^Close each server \(`server\.close\(\)`\)/)],
    });
  });

  const quiet: [string, Habit[]][] = [
    ['as many ports listen at the end as at the beginning', [portsOf(LISTENING, 0, 40)]],
    ['a few ports more listen', [portsOf(LISTENING, 0.2)]],
  ];
  test.each(quiet)('are no leak where %s', (_why, habits) => {
    expect(findingsOf(...habits)).toEqual([]);
  });

  test('have no common listener where their servers differ', () => {
    const differing = Array.from({ length: 10 }, (_, i) => given(`on${i}@/app/src/ftp.js:${i + 1}`, 1));
    expect(findingsOf(portsOf(LEFT, 3), ...differing)[0]!.title).toBe(
      '90 sockets on many ports in CLOSE_WAIT, 3/s more',
    );
  });
});
