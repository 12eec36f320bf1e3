// Which code answers a kind of request, told by what is made while such requests are handed to the program.
import { expect, test } from 'vitest';
import type { AsyncSite } from '../../src/model/async-resource.ts';
import { servingCode } from '../../src/model/serving-code.ts';
import { framesFrom } from '../support/build-profile.ts';
import { decode, type LineOf } from '../support/decode-lines.ts';

const site = (serving: string | undefined, at: string, made = 10): AsyncSite => ({
  thread: 0,
  type: 'PROMISE',
  serving,
  frames: framesFrom(at),
  reads: [{ atMillis: 9_000, made, watched: made, alive: 0, oldWatched: 0, oldAlive: 0 }],
});

const SERVE = 'parserOnIncoming@node:_http_server:1138 > dispatch@/app/node_modules/koa/index.js:40';
const placesOf = (...sites: AsyncSite[]) =>
  Object.fromEntries(
    [...servingCode(sites)].map(([label, { functionName, line }]) => [label, `${functionName}:${line}`]),
  );

test('the innermost function that most of them have is named, with its commonest line', () => {
  expect(
    placesOf(
      site('POST /imports/#', `${SERVE} > (anonymous)@/app/src/app.js:26`, 20),
      site('POST /imports/#', `${SERVE} > (anonymous)@/app/src/app.js:26 > takeIn@/app/src/app.js:17`, 40),
      site('POST /imports/#', `${SERVE} > (anonymous)@/app/src/app.js:26 > takeIn@/app/src/app.js:18`, 20),
      site(
        'POST /imports/#',
        `${SERVE} > (anonymous)@/app/src/app.js:26 > takeIn@/app/src/app.js:17 > find@/app/src/accounts.js:9`,
        15,
      ),
    ),
  ).toEqual({ 'POST /imports/#': 'takeIn:17' });
});

test('what requests of another kind come through, too, is not', () => {
  const first = `${SERVE} > authenticate@/app/src/auth.js:5`;
  expect(
    placesOf(
      site('GET /rooms/#', `${first} > rooms@/app/src/rooms.js:3`),
      site('GET /rooms/#', `${first}`, 50),
      site('POST /bookings', `${first} > book@/app/src/book.js:8`),
      site('POST /bookings', `${first}`, 5),
      site(undefined, `${first} > session@/app/src/auth.js:40`),
    ),
  ).toEqual({ 'GET /rooms/#': 'rooms:3', 'POST /bookings': 'book:8' });
});

test('where only packages are on the stacks, nobody is', () => {
  expect(placesOf(site('GET /', SERVE))).toEqual({});
});

test('it becomes the handler of requests whose router tells none', () => {
  const read = (sites: Partial<LineOf<'async'>['sites'][number]>[]): LineOf<'async'> => ({
    type: 'async',
    thread: 0,
    atMillis: 9_000,
    coverage: 1,
    onMillis: 9_000,
    seen: {},
    sites: sites.map((each, id) => ({
      id,
      type: 'PROMISE',
      frames: [],
      repeats: false,
      delay: -1,
      made: 10,
      watched: 10,
      alive: 0,
      oldWatched: 0,
      oldAlive: 0,
      oldestMillis: 0,
      ...each,
    })),
  });
  const lines = read([
    { type: 'http.server.request', label: 'GET /rooms/#' },
    { type: 'http.client.request', label: 'GET /rooms/#' },
    { serving: 'GET /rooms/#', frames: [['rooms', '/app/src/rooms.js', 2, 4]] },
  ]);
  const [inbound, outbound] = decode([lines]).asyncObservations[0]!.sites;
  expect(inbound!.handler).toMatchObject({ functionName: 'rooms', line: 3 });
  expect(outbound!.handler).toBeUndefined();
});
