// State that a program has behind proxies (as stores of frameworks for pages do): the walk goes on with what a proxy stands for,
// and calls no trap.
import { afterEach, expect, test } from 'vitest';
import { useProbes, walkWith } from '../support/probe-here.ts';
import { trapped } from '../support/trapped.ts';

const install = useProbes();
const held = new Set<() => unknown>();
/** Node keeps listeners of the process: what they close over is held by the program. */
const hold = (listener: () => unknown) => {
  process.on('SIGUSR2', listener);
  held.add(listener);
};
afterEach(() => {
  for (const listener of held) process.off('SIGUSR2', listener);
  held.clear();
});

const namesOfGrowing = (grow: (i: number) => void) => {
  const probe = install();
  walkWith(probe);
  probe.readCollections(0, 4);
  for (let i = 0; i < 50; i++) grow(i);
  return probe.readCollections(1_000, 4).growing.map(({ holder }) => holder?.name);
};

test('a collection of the object behind a proxy is found, and one that a WeakMap has for that object', () => {
  const raw = { visitorsBehindProxy: new Map([[0, {}]]) };
  const dependents = new WeakMap<object, { subscribersOfRaw: Set<number> }>();
  const { proxy, calls } = trapped(raw);
  const subscribersOfRaw = new Set([0]);
  dependents.set(raw, { subscribersOfRaw });
  hold(() => [proxy, dependents]);
  const names = namesOfGrowing((i) => {
    raw.visitorsBehindProxy.set(i + 1, {});
    subscribersOfRaw.add(i + 1);
  });
  expect(names).toEqual(expect.arrayContaining(['visitorsBehindProxy', 'subscribersOfRaw']));
  expect(calls).toEqual([]);
});

test('a proxy of a proxy leads on, a revoked one to nothing; of very many some are asked about', () => {
  const raw = { behindTwo: new Map([[0, {}]]) };
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const many = Array.from({ length: 500 }, () => new Proxy({}, {}));
  const twice = new Proxy(new Proxy(raw, {}), {});
  hold(() => [revoked, twice, many]);
  expect(namesOfGrowing((i) => raw.behindTwo.set(i + 1, {}))).toContain('behindTwo');
});
