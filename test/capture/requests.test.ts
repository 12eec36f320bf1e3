// Requests that the probe hears of, in and out: what they are called, who makes them, and when they count as answered.
import diagnostics from 'node:diagnostics_channel';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProbeAsyncSite, ProbeHandle } from '../../src/probe/probe-protocol.ts';
import { createAsyncSites } from '../../src/signals/async/probe/async-sites.ts';
import { createAnswerStates } from '../../src/signals/async/requests/answer-states.ts';
import { createLeftAnswers } from '../../src/signals/async/requests/left-answers.ts';
import { createOutgoingRequests } from '../../src/signals/async/requests/outgoing-requests.ts';
import { createRequestChannels } from '../../src/signals/async/requests/request-channels.ts';
import { routeOf } from '../../src/signals/async/requests/route-handler.ts';
import { isIn, namesIn, until, useCores, useProbes } from '../support/probe-here.ts';

const install = useProbes();
const makeCore = useCores();

const CHANNELS = [
  'http.client.request.created',
  'undici:request:create',
  'undici:request:headers',
  'http.server.request.start',
  'http.server.response.finish',
];

let server: http.Server;
let port: number;
/** Answers what is asked for by name; the others wait until the test lets them go. */
const waiting: http.ServerResponse[] = [];
beforeEach(async () => {
  server = http.createServer((request, response) => {
    if (request.url!.includes('quick')) response.end('done');
    else if (request.url!.includes('stream')) response.write('begun');
    else waiting.push(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const response of waiting.splice(0)) response.end();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const sitesOf = (probe: ProbeHandle, type: string) => () =>
  probe.readAsync().sites.filter((site) => site.type === type && site.label?.includes('/t'));
const byLabel = (sites: readonly ProbeAsyncSite[]) =>
  Object.fromEntries(sites.map(({ label, made, alive }) => [label, [made, alive]]));

const get = (path: string) => {
  const request = http.get({ host: '127.0.0.1', port, path, agent: false });
  request.on('error', () => {});
  return request;
};

describe('requests that go out', () => {
  it('are told with who makes them, by method, host and path, without what is nobody’s business', async () => {
    const probe = install();
    function asksForRates() {
      return [7, 8].map((id) => get(`/t/wait/${id}?token=secret`));
    }
    const made = asksForRates();
    const [site, ...rest] = await until(sitesOf(probe, 'http.client.request'), (sites) => sites.length > 0);
    expect(rest).toEqual([]);
    expect(site).toMatchObject({ label: `GET 127.0.0.1:${port}/t/wait/#`, made: 2, alive: 2 });
    expect(isIn('requests.test')(site!.frames as unknown[][])).toBe(true);
    expect(namesIn(site!.frames as unknown[][])).toContain('asksForRates');
    expect(JSON.stringify(site)).not.toContain('secret');
    for (const request of made) request.destroy();
  });

  it('count as waiting until their answer begins, or they are given up', async () => {
    const probe = install();
    const look = sitesOf(probe, 'http.client.request');
    get('/t/quick').on('response', (response) => response.resume());
    get('/t/stream').on('response', () => {});
    const given = get('/t/given-up');
    get('/t/wait');
    const host = `127.0.0.1:${port}`;
    await until(
      () => waiting.length,
      (count) => count === 2,
    );
    given.destroy();
    const sites = await until(look, (seen) => seen.filter(({ alive }) => alive > 0).length === 1);
    expect(byLabel(sites)).toEqual({
      [`GET ${host}/t/quick`]: [1, 0],
      [`GET ${host}/t/stream`]: [1, 0],
      [`GET ${host}/t/given-up`]: [1, 0],
      [`GET ${host}/t/wait`]: [1, 1],
    });
  });

  it('are told of those that the program has not ended, so that the other side waits for the rest', () => {
    const core = makeCore();
    let at = 0;
    const sites = createAsyncSites({ ...core, now: () => at });
    const outgoing = createOutgoingRequests(core, sites);
    const send = (path: string, finished: boolean) => {
      const request = { method: 'POST', host: 'a', path, finished };
      outgoing.created({ request });
      return request;
    };
    const all = [true, false, false].map((isWhole) => send(isWhole ? '/whole' : '/half', isWhole));
    at = 6_000;
    all[2]!.finished = true;
    const told = sites.read().map(({ label, oldAlive, oldUnended }) => [label, oldAlive, oldUnended]);
    expect(told).toEqual([
      ['POST a/whole', 1, 0],
      ['POST a/half', 2, 1],
    ]);
  });

  it('are told of those whose body was announced and never written, as behind a body parser', async () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const outgoing = createOutgoingRequests(core, sites);
    const made = ['body', ''].map((body) => {
      const path = body ? '/t/wait/whole' : '/t/wait/none';
      const headers = { 'content-length': 4 };
      const request = http.request({ host: '127.0.0.1', port, method: 'POST', path, headers, agent: false });
      request.on('error', () => {});
      outgoing.created({ request });
      request.end(body);
      return request;
    });
    await until(
      () => waiting.length,
      (length) => length === 2,
    );
    core.atMillis += 6_000;
    const told = sites
      .read()
      .map(({ label, oldUnended }) => [label!.slice(label!.lastIndexOf('/')), oldUnended]);
    expect(told).toEqual([
      ['/whole', 0],
      ['/none', 1],
    ]);
    for (const request of made) request.destroy();
  });

  it('are told of fetch, too, until the head of the answer is there', async () => {
    const probe = install();
    const look = sitesOf(probe, 'http.client.request');
    const control = new AbortController();
    const url = `http://127.0.0.1:${port}/t/fetch`;
    const slow = fetch(`${url}/wait?token=secret`, { signal: control.signal }).catch(() => 'given up');
    const quick = await fetch(`${url}/quick/1`);
    const host = `127.0.0.1:${port}`;
    const before = await until(look, (sites) => sites.length === 2 && waiting.length === 1);
    expect(byLabel(before)).toEqual({
      [`GET ${host}/t/fetch/wait`]: [1, 1],
      // Its body is not read yet.
      [`GET ${host}/t/fetch/quick/#`]: [1, 0],
    });
    expect(JSON.stringify(before)).not.toContain('secret');
    control.abort();
    expect(await slow).toBe('given up');
    expect(Object.values(byLabel(look()))).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(await quick.text()).toBe('done');
  });
});

describe('requests that come in', () => {
  it('are counted by method and path, whoever asks for what', async () => {
    const probe = install();
    const ask = (method: string, path: string) => {
      const request = http.request({ method, host: '127.0.0.1', port, path, agent: false });
      request.on('error', () => {}).on('response', (response) => response.resume());
      request.end();
    };
    for (const id of [1, 22, 333]) ask('GET', `/t/wait/${id}?session=secret`);
    ask('POST', '/t/wait/9');
    ask('GET', '/t/quick');
    ask('GET', '/t/stream');
    const look = sitesOf(probe, 'http.server.request');
    const sites = await until(look, (seen) => seen.reduce((sum, { made }) => sum + made, 0) === 6);
    const expected = {
      'GET /t/wait/#': [3, 3],
      'POST /t/wait/#': [1, 1],
      'GET /t/quick': [1, 0],
      // The answer has begun: somebody works on it.
      'GET /t/stream': [1, 0],
    };
    expect(byLabel(await until(look, (seen) => seen.filter(({ alive }) => alive > 0).length === 2))).toEqual(
      expected,
    );
    expect(JSON.stringify(sites)).not.toContain('secret');
    for (const response of waiting.splice(0)) response.end();
    expect(byLabel(look())).toEqual({ ...expected, 'GET /t/wait/#': [3, 0], 'POST /t/wait/#': [1, 0] });
  });

  it('tell for which kind of request a thing was made, until its handler has waited for something', async () => {
    const probe = install({ asyncStacksPerSecond: 10_000 });
    const timers: NodeJS.Timeout[] = [];
    async function takesIn() {
      timers.push(setTimeout(() => {}, 77_000));
      await new Promise<void>((done) => setImmediate(done));
      goesOn();
    }
    function goesOn() {
      timers.push(setTimeout(() => {}, 78_000));
    }
    server.on('request', () => void takesIn());
    get('/t/quick/7').on('response', (response) => response.resume());
    const timersOf = () =>
      probe.readAsync().sites.filter(({ delay }) => delay === 77_000 || delay === 78_000);
    const made = await until(timersOf, (sites) => sites.length === 2);
    expect(made.map(({ delay, serving }) => [delay, serving])).toEqual([
      [77_000, 'GET /t/quick/#'],
      [78_000, undefined],
    ]);
    for (const timer of timers) clearTimeout(timer);
  });

  it('have an answer until it has ended, and who writes the first part of it is told', async () => {
    const probe = install();
    // Frames are told once.
    const told: ProbeAsyncSite[] = [];
    const answers = () => {
      told.push(...probe.readAsync().sites);
      return sitesOf(probe, 'http.server.answer')();
    };
    get('/t/quick').on('response', (response) => response.resume());
    get('/t/stream').on('response', (response) => response.resume());
    const given = get('/t/given-up');
    get('/t/wait');
    await until(
      () => waiting.length,
      (count) => count === 2,
    );
    given.destroy();
    const sites = await until(answers, (seen) => seen.filter(({ alive }) => alive > 0).length === 2);
    expect(byLabel(sites)).toEqual({
      'GET /t/quick': [1, 0],
      'GET /t/stream': [1, 1],
      'GET /t/given-up': [1, 0],
      'GET /t/wait': [1, 1],
    });
    const writers = sitesOf(probe, 'http.server.write')();
    expect(byLabel(writers)).toEqual({ 'GET /t/stream': [1, 1] });
    const writes = told.filter(({ type }) => type === 'http.server.write');
    expect(writes.some(({ frames }) => isIn('requests.test')(frames as unknown[][]))).toBe(true);
  });

  it('are told of clients that went away before the end of their answer, also where nothing is left of it', async () => {
    const core = makeCore();
    let at = 0;
    const sites = createAsyncSites({ ...core, now: () => at });
    const timed = { ...core, now: () => at };
    const left = createLeftAnswers(timed, sites, createAnswerStates(timed));
    const arrive = (label: string) => {
      const response = { destroyed: false };
      left.arrived(response, { label, weight: 1 });
      return response;
    };
    const responses = ['/whole', '/gone', '/under-way'].map(arrive);
    const [whole, gone] = responses;
    left.finished({ response: whole });
    left.finished({ response: {} });
    left.finished(null);
    whole!.destroyed = true;
    gone!.destroyed = true;
    at = 6_000;
    // Who answers them is known from any that is there.
    expect(left.handlers()).toEqual([]);
    const serve = () => {};
    const again = Object.assign(arrive('/gone'), { req: { route: { stack: [{}, { handle: serve }] } } });
    arrive('/whole');
    expect(left.handlers()).toEqual([{ label: '/gone', handler: serve }]);
    left.finished({ response: again });
    expect(left.handlers()).toEqual([{ label: '/gone', handler: serve }]);
    expect(
      sites
        .read()
        .map(({ label, oldWatched, oldAlive, oldDropped }) => [label, oldWatched, oldAlive, oldDropped]),
    ).toEqual([
      ['/whole', 1, 0, 0],
      ['/gone', 1, 0, 1],
      ['/under-way', 1, 1, 0],
    ]);
    at = 60_000;
    for (let i = 0; i < 3_000; i++) arrive('/many');
    expect(left.own).toHaveProperty('size', 1_000);
  });

  it('count as late failures where they end after 1.5 s or later with a status of 500 or more', () => {
    let at = 0;
    const core = { ...makeCore(), now: () => at };
    const sites = createAsyncSites(core);
    const left = createLeftAnswers(core, sites, createAnswerStates(core));
    const answer = (label: string, statusCode: number | undefined, millis: number) => {
      const response = { statusCode };
      left.arrived(response, { label, weight: 3 });
      at += millis;
      left.finished({ response });
    };
    answer('/late', 500, 2_000);
    answer('/late', 504, 1_500);
    answer('/quick', 503, 1_400);
    answer('/well', 200, 9_000);
    answer('/well', undefined, 9_000);
    answer('/missing', 404, 9_000);
    expect(
      sites
        .read()
        .flatMap(({ type, label, made, watched, alive }) =>
          type === 'http.server.failure' ? [[label, made, watched, alive]] : [],
        ),
    ).toEqual([['/late', 6, 2, 0]]);
  });

  it('have the pattern of their route where their router is of Express’s kind', () => {
    const { reads } = makeCore();
    const of = (req: object) => routeOf(reads, { req });
    expect(of({ baseUrl: '/api', route: { path: '/rates/:pair' } })).toBe('/api/rates/:pair');
    expect(of({ route: { path: '/rates/:pair' } })).toBe('/rates/:pair');
    expect([of({ route: { path: /rates/ } }), of({}), of({ baseUrl: 7, route: { path: '/' } })]).toEqual([
      null,
      null,
      null,
    ]);
    expect(of({ route: { path: `/${'a'.repeat(9_000)}` } })).toHaveLength(120);
  });

  it('count as gone when the client has gone and nobody answers', async () => {
    const probe = install();
    const look = sitesOf(probe, 'http.server.request');
    const request = get('/t/wait');
    await until(look, ([site]) => site?.alive === 1);
    request.destroy();
    expect(byLabel(await until(look, ([site]) => site?.alive === 0))).toEqual({ 'GET /t/wait': [1, 0] });
  });
});

describe('nothing stays behind:', () => {
  const listeners = () => CHANNELS.map((name) => [name, diagnostics.channel(name).hasSubscribers]);

  it('no channel has a listener after stop', () => {
    const before = listeners();
    const probe = install();
    expect(CHANNELS.every((name) => diagnostics.channel(name).hasSubscribers)).toBe(true);
    probe.stop();
    expect(listeners()).toEqual(before);
    expect(before.map(([, has]) => has)).toEqual([false, false, false, false, false]);
  });

  it('only channels of what has begun are listened to while hooks are off', () => {
    const probe = install({ asyncTypes: [] });
    expect(listeners().map(([, has]) => has)).toEqual([false, false, true, false, true]);
    probe.stop();
  });

  it('requests work as ever when what they bring is hostile', async () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const channels = createRequestChannels(core, sites);
    channels.on();
    const calls: string[] = [];
    const getter = (name: string) => ({
      get() {
        calls.push(name);
        throw new Error(name);
      },
      enumerable: true,
    });
    const hostile = Object.defineProperties({}, { method: getter('method'), path: getter('path') });
    for (const name of CHANNELS) {
      const channel = diagnostics.channel(name);
      for (const message of [
        undefined,
        null,
        7,
        {},
        { request: null },
        { request: hostile, response: hostile },
        { request: { method: 7, path: {} }, response: { _header: null } },
        Object.defineProperties({}, { request: getter('request'), response: getter('response') }),
      ])
        expect(() => channel.publish(message)).not.toThrow();
    }
    expect(calls).toEqual([]);
    expect(sites.read().every(({ label }) => typeof label === 'string')).toBe(true);
  });

  it('names are few and short, however many paths there are', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const channels = createRequestChannels(core, sites);
    channels.on();
    const letters = (i: number) => [...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    for (let i = 0; i < 300; i++) {
      // Ten are taken of each burst.
      if (i % 10 === 0) channels.settle(1);
      const request = { method: 'M'.repeat(1_000), url: `/${letters(i)}/${'x/'.repeat(1_000)}` };
      diagnostics.channel('http.server.request.start').publish({ request, response: { _header: null } });
    }
    const labels = [...new Set(sites.read().map(({ label }) => label!))];
    expect(labels).toHaveLength(61);
    expect(labels).toContain('other paths');
    expect(Math.max(...labels.map(({ length }) => length))).toBeLessThanOrEqual(321);
  });

  it('many at once are taken as a few that stand for all', () => {
    const core = makeCore();
    const sites = createAsyncSites(core);
    const channels = createRequestChannels(core, sites);
    channels.on();
    const publish = () => {
      const response = { _header: null };
      diagnostics
        .channel('http.server.request.start')
        .publish({ request: { method: 'GET', url: '/' }, response });
      return response;
    };
    const held = Array.from({ length: 200 }, publish);
    channels.settle(0.1);
    // 2,000 a second: one in fifty is taken from now on.
    held.push(...Array.from({ length: 500 }, publish));
    const [clients, site, answers, ...rest] = sites.read();
    expect(rest).toEqual([]);
    expect(clients).toMatchObject({ type: 'http.server.client', watched: 20 });
    expect(answers).toMatchObject({ type: 'http.server.answer', watched: site!.watched, made: site!.made });
    expect(site!.watched).toBeLessThanOrEqual(20);
    expect(site!.made).toBeGreaterThan(10 + 300);
    expect(site!.made).toBeLessThanOrEqual(10 + 700);
    channels.off();
    publish();
    expect(sites.read()[0]!.made).toBe(site!.made);
  });
});
