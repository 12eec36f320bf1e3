// What the wire says beside a finding about sockets, and when it is silent.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { watchWire } from '../../src/analysis/waiting/wire.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { TcpCounters } from '../../src/model/samples.ts';
import { asyncSite, buildObservations, type Habit, sockets } from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

/** Counters after t seconds. */
const tcp =
  (at: (t: number) => TcpCounters): Habit =>
  (o) => {
    for (const sample of o.passive) sample.tcp = at(sample.atMillis / 1_000);
  };
const aged: Habit = (o) => {
  for (const { atMillis, sockets: groups = [] } of o.passive)
    for (const group of groups)
      if (group.state === 'CLOSE_WAIT')
        Object.assign(group, { oldestMillis: atMillis, olderThan5s: 12, olderThan30s: 0, fromStart: 3 });
};
const LEAK = sockets(
  { state: 'CLOSE_WAIT', endpoint: '10.9.9.9:80', resending: 2, windowFull: 4 },
  linear(3),
);
const CHURN = asyncSite('TCPWRAP', 'call@/app/src/a.js:3 > connect@node:net:1', {
  perSecond: 60,
  aliveShare: 0.001,
});

const findingOf = (kind: string, ...habits: Habit[]): Finding =>
  judge(gatherFacts(buildObservations(...habits))).findings.find((finding) => finding.kind === kind)!;
const statements = ({ evidence }: Finding) => evidence.map(({ statement }) => statement);

describe('a socket leak', () => {
  test('says how long its sockets have been open, and what is stuck in them', () => {
    const said = statements(findingOf('socket-leak', LEAK, aged));
    expect(said).toContain(
      '12 of these 90 have been open for more than 5 s, 3 of them for the whole capture of 30 s',
    );
    expect(said).toContain('4 of them can send nothing more, because the other side does not read');
    expect(said).toContain('2 of them have retransmitted data and got no answer');
  });

  test('says an age once where it is that of the capture', () => {
    const whole: Habit = (observations) => {
      aged(observations);
      for (const sample of observations.passive)
        for (const group of sample.sockets ?? [])
          if (group.endpoint === '10.9.9.9:80') Object.assign(group, { fromStart: 12, olderThan30s: 12 });
    };
    expect(statements(findingOf('socket-leak', LEAK, whole))).toContain(
      '12 of these 90 have been open for more than 30 s',
    );
  });

  test('says nothing of ages that nobody knows', () => {
    expect(statements(findingOf('socket-leak', LEAK)).join()).not.toContain('open for');
  });

  test('warns where the network sends much again, or turns clients away', () => {
    const lossy = tcp((t) => ({ segmentsSent: 5_000 * t, segmentsResent: 60 * t, listenOverflows: t }));
    const { caveats } = findingOf('socket-leak', LEAK, lossy);
    expect(caveats.join('\n')).toMatch(/1\.2% of the TCP segments .* were retransmitted/);
    expect(caveats.join('\n')).toMatch(/accept queue .* was full, and 30 clients were turned away/);
  });

  test('does not blame a sound network', () => {
    const sound = tcp((t) => ({ segmentsSent: 5_000 * t, segmentsResent: t, listenOverflows: 7 }));
    expect(findingOf('socket-leak', LEAK, sound).caveats.join('\n')).not.toMatch(/network|accept queue/);
  });
});

test('churn is confirmed by what the kernel counts', () => {
  const opens = tcp((t) => ({ outgoingOpens: 1_000 + 58 * t, timeWait: 3_100 }));
  expect(statements(findingOf('connection-churn', CHURN, opens))).toContain(
    'its network namespace opened connections at 58/s; 3,100 closed ones are still in TIME_WAIT',
  );
  expect(statements(findingOf('connection-churn', CHURN)).join()).not.toContain('namespace');
});

describe('the wire', () => {
  const at = (atMillis: number, counters?: TcpCounters) => ({ atMillis, tcp: counters });

  test('is unknown from fewer than two counts', () => {
    expect(watchWire([])).toBeNull();
    expect(watchWire([at(0), at(1_000, { segmentsSent: 3 }), at(2_000)])).toBeNull();
  });

  test('has no share of a handful of segments, and no change where a counter went back', () => {
    const few = watchWire([
      at(0, { segmentsSent: 0, segmentsResent: 0, timeouts: 9 }),
      at(1_000, { segmentsSent: 100, segmentsResent: 50, timeouts: 3 }),
    ]);
    expect(few).toMatchObject({ seconds: 1, segmentsSent: 100 });
    expect(few?.resentShare).toBeUndefined();
    expect(few?.timeouts).toBeUndefined();
    expect(few?.outgoingOpensPerSecond).toBeUndefined();
  });
});
