// Which part of a system an error points to: the example of each row of the table is its test, and so is each of its words.
import { describe, expect, test } from 'vitest';
import { emptyError, parseErrorText } from '../../src/triage/events/error-text.ts';
import { componentOf } from '../../src/triage/judge/component.ts';
import { SYSTEMS } from '../../src/triage/judge/systems.ts';

const pointsTo = (...lines: string[]) => componentOf(parseErrorText(lines))?.name;
const inStack = (name: string) => pointsTo('Error: x', `    at go (/app/node_modules/${name}/index.js:1:1)`);

describe.each(SYSTEMS.map((system) => [system.name, system] as const))('%s', (_, system) => {
  const { component, packages = [], errors = [], ports = [], schemes = [], example } = system;

  test('its example points to it', () => {
    expect(pointsTo(...example.split('\n'))).toBe(component);
  });

  test('each of its packages, errors, ports and schemes does', () => {
    const told = [
      ...packages.map((name) => inStack(name.replace('*', 'x'))),
      ...errors.map((name) => componentOf({ ...emptyError(), name: name.replace('*', 'X') })?.name),
      ...ports.map((port) => pointsTo(`Error: connect ECONNREFUSED 127.0.0.1:${port}`)),
      ...schemes.map((scheme) => pointsTo(`Error: cannot use ${scheme}://host`)),
    ];
    expect(told).toEqual(told.map(() => component));
  });
});

test.each(['pgx', 'mypg', 'redis-mock', 'bullseye', 'socketxio-client'])(
  'the package %s is none of them',
  (name) => {
    expect(inStack(name)).toBeUndefined();
  },
);

test('a port is nothing to go by where nobody connects', () => {
  expect(pointsTo('Error: order :5432 is invalid')).toBeUndefined();
  expect(pointsTo('Error: listen EADDRINUSE: address already in use :::5432')).toBe('network');
});
