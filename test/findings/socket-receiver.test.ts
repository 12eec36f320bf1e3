// Connections that clients have closed and the process has not: which listener has them, and what it has to do.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { AcceptedSockets } from '../../src/model/clients.ts';
import { buildObservations, change, type Habit, sockets } from '../support/build-observations.ts';
import { framesFrom } from '../support/build-profile.ts';
import { linear } from '../support/shapes.ts';

const LEFT = sockets({ state: 'CLOSE_WAIT', direction: 'inbound', endpoint: ':8080' }, linear(5));
const given = (more: Partial<AcceptedSockets> = {}): Habit =>
  change((observations) => {
    observations.accepted.push({
      thread: 0,
      port: 8080,
      event: 'upgrade',
      sockets: 158,
      unread: 150,
      listeners: framesFrom('onUpgrade@/app/src/live.js:22'),
      ...more,
    });
  });
const findingOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(LEFT, ...habits))).findings[0]!;

describe('connections that clients have closed', () => {
  test('are told with the listener that was given them', () => {
    expect(findingOf(given())).toMatchObject({
      kind: 'socket-leak',
      title:
        "150 sockets on port 8080 in CLOSE_WAIT, 5/s more, given to the 'upgrade' listener in src/live.js:22, onUpgrade",
      subject: { file: 'src/live.js', line: 22, function: 'onUpgrade' },
      caveats: [],
      advice: [
        expect.stringMatching(
          /Once an HTTP server has emitted "upgrade", Node\.js leaves the socket to the listener and no longer closes it\. Call end\(\) or destroy\(\)/,
        ),
      ],
    });
    expect(findingOf(given()).evidence.map(({ statement }) => statement)).toContain(
      "the server on port 8080 has passed 158 open sockets to its 'upgrade' listener in src/live.js:22, onUpgrade; nothing reads 150 of them, so their end goes unnoticed",
    );
  });

  const others: [string, Habit[]][] = [
    ['nothing is known of listeners', []],
    ['another server gave its connections away', [given({ port: 9090 })]],
    ['the listener has too few to have them all', [given({ sockets: 20, unread: 12 })]],
    ["its listener is Node's own", [given({ listeners: framesFrom('onUpgrade@node:http:22') })]],
  ];
  test.each(others)('name nobody where %s, and blame neither a pool nor response bodies', (_why, habits) => {
    const { title, caveats, advice, innocentExplanation } = findingOf(...habits);
    expect(title).toBe('150 sockets on port 8080 in CLOSE_WAIT, 5/s more');
    expect(caveats).toEqual([expect.stringMatching(/^Clients open these connections\./)]);
    expect([...advice, innocentExplanation].join(' ')).not.toMatch(/pool|response bod/);
  });
});
