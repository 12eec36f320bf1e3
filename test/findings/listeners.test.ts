// What is said of listeners that accumulate: which event, on what, who adds them, and what to do.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import type { CollectionGrowth } from '../../src/model/memory/collection.ts';
import { buildLook, collection, heapFloor, KB } from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const LOGGER = [
  'handle@/app/src/orders.js:12',
  'createLogger@/app/node_modules/logger/index.js:48',
  'pipe@/app/node_modules/streams/lib/readable.js:584',
  'addListener@node:events:610',
].join(' > ');

function findingOf(at: string | null, overrides: Partial<CollectionGrowth>) {
  const { findings } = judge(
    gatherFacts(
      buildLook(
        30,
        heapFloor(linear(300 * KB), LOGGER),
        collection(linear(200), at, {
          type: 'EventEmitter',
          className: 'Stream',
          newestEntry: 'function onunpipe',
          event: 'unpipe',
          ...overrides,
        }),
      ),
    ),
  );
  return findings[0]!;
}

describe('listeners on a signal that lives as long as the process', () => {
  const onSignal = (...inner: string[]) =>
    findingOf(['probe@/app/src/health.js:9', ...inner].join(' > '), {
      type: 'EventTarget',
      className: 'AbortSignal',
      newestEntry: '',
      event: 'abort',
      holder: { kind: 'variable', name: 'shutdown', of: 'probe' },
    }).advice;

  test('that Node.js adds for a call that is given the signal are not for the program to remove', () => {
    expect(
      onSignal(
        'connect@node:net:233',
        'Socket@node:net:430',
        'addAbortListener@node:internal/events/abort_listener:21',
        'addEventListener@node:internal/event_target:610',
      ),
    ).toEqual([
      'Node.js adds this listener for the signal that src/health.js:9, probe passes to `connect()`, and removes it when the operation ends; net.connect() never removes it (Node.js 20 to 26). Pass a signal that ends with the operation. Or pass no signal: call destroy() from a listener of your own on the signal, and remove that listener on "close".',
    ]);
  });

  test('that the program adds itself are', () => {
    expect(onSignal('addEventListener@node:internal/event_target:610')).toEqual([
      expect.stringMatching(/^Remove the listener when its owner is done/),
    ]);
  });
});

describe('listeners that a package adds to what the program holds', () => {
  const holder = { kind: 'variable', name: 'transport', of: 'handle' } as const;
  const finding = findingOf(LOGGER, { holder, holderName: 'dest', eventListeners: 1_180 });

  test('are told under the name that the program has for it, and as those of several events where they are', () => {
    expect(finding).toMatchObject({
      kind: 'listener-leak',
      title: expect.stringMatching(
        /^Listeners \('unpipe' and other events\) accumulate on Stream `transport` by 200\/s and are never removed \(src\/orders\.js:12, handle, through /,
      ),
      subject: { name: 'transport' },
    });
  });

  test('are not for the program to remove one by one', () => {
    expect(finding.advice).toEqual([
      expect.stringMatching(
        /^logger adds these listeners: what src\/orders\.js:12, handle creates with it stays attached\. Create it once and share it/,
      ),
    ]);
    expect(finding.innocentExplanation).not.toMatch(/cache/);
    expect(finding.caveats.join(' ')).not.toMatch(/cache/);
  });

  test('are those of one event where it has nearly all of them', () => {
    const { title } = findingOf(LOGGER, { holder, eventListeners: 5_700 });
    expect(title).toMatch(/^Listeners for 'unpipe' accumulate on Stream `transport` by 200\/s/);
  });
});

test('listeners that the program adds through an emitter of a package are its own to remove', () => {
  const at = 'handle@/app/src/orders.js:12 > on@/app/node_modules/emitter/index.js:4';
  const { title, advice } = findingOf(at, { holderName: 'this._events' });
  expect(title).toMatch(/^Listeners for 'unpipe' accumulate on Stream /);
  expect(advice).toEqual([expect.stringMatching(/^Remove the listener when its owner is done/)]);
});

test('signals that follow one that lives for ever are no listeners', () => {
  const { title, advice, evidence } = findingOf(
    'signalFor@/app/src/prices.js:13 > any@node:internal/abort_controller:280',
    {
      type: 'EventTarget',
      className: 'AbortSignal',
      event: 'abort',
      isFollowed: true,
      newestEntry: '',
      holder: { kind: 'variable', name: 'shutdown', of: 'signalFor' },
    },
  );
  expect(title).toBe(
    'Signals made by AbortSignal.any() accumulate on AbortSignal `shutdown`, which they follow, by 200/s (src/prices.js:13, signalFor)',
  );
  expect(advice).toEqual([
    expect.stringMatching(
      /^Do not combine the signal of one piece of work with one that lives as long as the process/,
    ),
  ]);
  expect(evidence.map(({ statement }) => statement).join('\n')).toMatch(
    /signals that follow it, and listeners/,
  );
});

describe('subscribers that a package keeps', () => {
  const SUBSCRIBING = [
    'PortfolioView@/app/src/portfolio.js:11',
    'Observable.subscribe@/app/node_modules/streams/Observable.js:25',
    'Subject._innerSubscribe@/app/node_modules/streams/Subject.js:136',
  ].join(' > ');
  const observers: Partial<CollectionGrowth> = {
    type: 'Array',
    className: 'Array',
    newestEntry: 'Subscriber',
    event: undefined,
    holder: { kind: 'property', name: 'observers', of: 'Subject' },
  };

  test('are listeners, which end with their subscription', () => {
    const finding = findingOf(SUBSCRIBING, observers);
    expect(finding).toMatchObject({
      kind: 'listener-leak',
      title: expect.stringMatching(
        /^Listeners accumulate on `Subject\.observers` by 200\/s and are never removed \(src\/portfolio\.js:11, PortfolioView, through streams /,
      ),
      advice: [
        expect.stringMatching(
          /^streams calls each subscriber until it is unsubscribed: end the subscription when/,
        ),
      ],
    });
    expect(finding.innocentExplanation).not.toMatch(/cache/);
  });

  test('are none where the application is called by a subscription and fills a list of its own', () => {
    const within = [
      'Observable.subscribe@/app/node_modules/streams/Observable.js:25',
      'onTick@/app/src/portfolio.js:30',
      'push@/app/node_modules/lists/index.js:4',
    ].join(' > ');
    expect(findingOf(within, observers).kind).toBe('heap-leak');
  });
});

test('what on() of node:events returns is to be ended, and no listener to be removed', () => {
  const at = 'whenReady@/app/src/kitchen.js:11 > on@node:events:1156 > addListener@node:events:615';
  const { advice } = findingOf(at, { className: 'EventEmitter', event: 'ready', newestEntry: 'function' });
  expect(advice).toEqual([
    expect.stringMatching(
      /^The iterator that `on\(\)` of node:events returns keeps its listener, .* `return\(\)`/,
    ),
  ]);
});

describe('listeners on connections', () => {
  const PROXY = [
    'forward@/app/src/gateway.js:11',
    'web@/app/node_modules/proxy/index.js:238',
    'addListener@node:events:610',
  ].join(' > ');
  const finding = findingOf(PROXY, {
    className: 'Socket',
    event: 'timeout',
    eventListeners: 5_400,
    alike: 40,
    holder: { kind: 'handle', name: '', of: '' },
    holderName: 'socket',
  });

  test('are told together, and as those of one event where they are', () => {
    expect(finding.title).toMatch(
      /^Listeners for 'timeout' accumulate on 40 objects like Socket `socket` by 200\/s in total and are never removed \(src\/gateway\.js:11, forward, through /,
    );
  });

  test('outlive the requests that they were added for', () => {
    expect(finding.advice).toEqual([
      expect.stringMatching(
        /^proxy adds a listener to a connection for each request, .* Look for an option of proxy that avoids this listener, in what src\/gateway\.js:11, forward passes to it, or for a newer version\.$/,
      ),
    ]);
  });
});
