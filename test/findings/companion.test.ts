// Sockets and descriptors that native code opens: no hook sees them, and the collection that keeps their owners has the place.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import {
  asyncSite,
  buildObservations,
  collection,
  fds,
  type Habit,
  heapFloor,
  sockets,
} from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const ASK = 'emit@node:events:500 > askPartner@/app/src/partners.js:14';
const LOG = 'emit@node:events:500 > note@/app/src/audit.js:3';
const PARTNER = { endpoint: '10.2.2.2:5555' };

const firstOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings[0]!;
const kept = (perSecond: number, at = ASK, more = {}) =>
  collection(linear(perSecond), at, { holderName: 'underway', newestEntry: '{socket, since}', ...more });

describe('what native code opens is placed where its owners are kept', () => {
  test('sockets, with what follows from it', () => {
    const leak = firstOf(
      sockets(PARTNER, linear(6)),
      fds('eventfd', 'anon_inode:[eventfd]', linear(6)),
      kept(6),
    );
    expect({
      kind: leak.kind,
      title: leak.title,
      line: leak.subject.line,
      advice: leak.advice,
      caveats: leak.caveats,
      symptoms: leak.symptoms,
    }).toMatchInlineSnapshot(`
      {
        "advice": [
          "Close what Map \`underway\` keeps, and take it out, on every path: after errors and timeouts, too.",
        ],
        "caveats": [
          "culprit infers the place: Map \`underway\` gains an entry for each of these sockets to 10.2.2.2:5555 in ESTABLISHED. It did not see which code opens them, and it cannot see native code.",
        ],
        "kind": "socket-leak",
        "line": 14,
        "symptoms": [
          "open event descriptors: 6/s more",
          "heap grows by 287 bytes/s, allocated in src/partners.js:14, askPartner",
        ],
        "title": "180 sockets to 10.2.2.2:5555 in ESTABLISHED, 6/s more while Map \`underway\` gains as many entries (src/partners.js:14, askPartner)",
      }
    `);
  });

  test('and not where other sockets are allocated, which stay as many', () => {
    const pooled = 'emit@node:events:500 > health@/app/src/health.js:9 > Socket@node:net:400';
    const leak = firstOf(
      sockets(PARTNER, linear(6)),
      heapFloor((seconds) => (seconds > 20 ? 2_000 : 1_000), pooled),
      kept(6),
    );
    expect([leak.kind, leak.subject.file]).toEqual(['socket-leak', 'src/partners.js']);
  });

  test('event descriptors alone', () => {
    const { title, advice, caveats } = firstOf(fds('eventfd', 'anon_inode:[eventfd]', linear(6)), kept(6.4));
    expect({ title, advice, caveats }).toMatchInlineSnapshot(`
      {
        "advice": [
          "Close what Map \`underway\` keeps, and take it out, on every path: after errors and timeouts, too.",
        ],
        "caveats": [
          "culprit infers the place: Map \`underway\` gains an entry for each of these event descriptors. It did not see which code opens them, and it cannot see native code.",
        ],
        "title": "Open event descriptors accumulate at 6/s and are never closed (src/partners.js:14, askPartner)",
      }
    `);
  });
});

describe('no place is inferred', () => {
  const places = (...habits: Habit[]) => {
    const { kind, subject } = firstOf(sockets(PARTNER, linear(6)), ...habits);
    return [kind, subject.file];
  };

  test('from what grows at another pace, holds no objects or has a maximum', () => {
    expect(places(kept(9))).toEqual(['socket-leak', null]);
    expect(places(kept(6, ASK, { newestEntry: 'string' }))).toEqual(['socket-leak', null]);
    const bound = { name: 'max', limit: 2_000, held: 180 };
    expect(places(kept(6, ASK, { bound }))).toEqual(['socket-leak', null]);
  });

  test('where two places fill something at this pace', () => {
    expect(places(kept(6), kept(6, LOG, { holderName: 'audit' }))).toEqual(['socket-leak', null]);
  });

  test('where the code was seen that opens them', () => {
    const connecting = 'emit@node:events:500 > dial@/app/src/dial.js:8 > connect@node:net:1';
    expect(places(kept(6), asyncSite('TCPWRAP', connecting, { perSecond: 6 }))).toEqual([
      'socket-leak',
      'src/dial.js',
    ]);
  });
});

test('event descriptors are not put down to code that opens files', () => {
  const reading = asyncSite(
    'FSREQCALLBACK',
    'emit@node:events:500 > logo@/app/src/logo.js:5 > open@node:fs:500',
    { perSecond: 20, aliveShare: 0 },
  );
  const leak = firstOf(fds('eventfd', 'anon_inode:[eventfd]', linear(6)), reading);
  expect([leak.kind, leak.subject.file]).toEqual(['fd-leak', null]);
});
