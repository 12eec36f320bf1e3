// Pod specs and kept settings as people hand them in: every shape that kubectl writes, and files that are none.
import { describe, expect, test } from 'vitest';
import { parsePod } from '../../src/recording/files/pod-file.ts';
import { parseSettings } from '../../src/recording/files/settings-file.ts';
import { parseQuantity } from '../../src/units/quantity.ts';
import { buildSettings } from '../support/build-settings.ts';

const SPEC =
  'spec: { containers: [{ name: web, command: [node], env: [{ name: SECRET, value: hunter2 }] }] }';
const nested = (kind: string, ...path: string[]) =>
  JSON.stringify(
    path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), {
      spec: { containers: [{ name: 'web', command: ['node'] }] },
    }),
  ).replace('{', `{"kind":"${kind}",`);

describe('a container is found in', () => {
  test.each([
    ['a Pod', `kind: Pod\n${SPEC}`],
    ['a Deployment', nested('Deployment', 'spec', 'template')],
    ['a CronJob', nested('CronJob', 'spec', 'jobTemplate', 'spec', 'template')],
    ['a List', `{"kind":"List","items":[{"kind":"Service"},${nested('StatefulSet', 'spec', 'template')}]}`],
    ['one of several documents', `kind: Service\nspec: {}\n---\nkind: Pod\n${SPEC}\n`],
  ])('%s', (_, text) => {
    const pod = parsePod(text, 'pod.yaml');
    expect(pod).toMatchObject({ name: 'web', command: ['node'], gracePeriodSeconds: 30, hasPreStop: false });
    expect(JSON.stringify(pod)).not.toContain('hunter2');
  });
});

test('the defaults of Kubernetes are filled in, and other things are not taken for probes', () => {
  const pod = parsePod(
    'spec: { containers: [{ name: a, livenessProbe: { httpGet: { port: http } }, readinessProbe: yes }] }',
    'pod.yaml',
  );
  expect(pod.liveness).toEqual({
    asks: 'GET :http/',
    timeoutSeconds: 1,
    periodSeconds: 10,
    failureThreshold: 3,
    initialDelaySeconds: 0,
  });
  expect(pod.readiness).toBeUndefined();
});

test.each([
  ['said here', 'env: [{ name: NODE_OPTIONS, value: --max-old-space-size=64 }]', '--max-old-space-size=64'],
  ['from a secret', 'env: [{ name: NODE_OPTIONS, valueFrom: { secretKeyRef: { name: a } } }]', null],
  ['perhaps from a map', 'envFrom: [{ configMapRef: { name: a } }]', null],
  ['not at all', 'env: [{ name: A, value: b }]', undefined],
])('NODE_OPTIONS and ports of a container: %s', (_, env, nodeOptions) => {
  const text = `spec: { containers: [{ name: a, ports: [{ containerPort: 80 }, {}, 1], ${env} }] }`;
  expect(parsePod(text, 'pod.yaml')).toMatchObject({ ports: [80], nodeOptions });
});

describe('refused with one sentence:', () => {
  const two = 'spec: { containers: [{ name: a }, { name: b }] }';
  test.each([
    ['no YAML', '{ [', undefined, /is not YAML/],
    ['no pod', 'kind: Service\nspec: {}', undefined, /neither a Pod nor anything with a pod template/],
    ['nothing', '', undefined, /neither a Pod/],
    ['a list of numbers', '[1, 2, 3]', undefined, /neither a Pod/],
    ['no container', 'spec: { containers: [] }', undefined, /has no containers/],
    ['several containers', two, undefined, /several containers: Pod \?: a, Pod \?: b/],
    ['another name', two, 'c', /no container "c"/],
    [
      'aliases that unfold without end',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]`,
      undefined,
      /Excessive alias count/,
    ],
  ])('%s', (_, text, container, message) => {
    expect(() => parsePod(text, 'pod.yaml', container)).toThrow(message);
  });
});

test.each([
  ['256Mi', 268_435_456],
  ['1Gi', 1_073_741_824],
  ['500m', 0.5],
  ['1.5', 1.5],
  ['1e3', 1_000],
  [2, 2],
  ['much', undefined],
  ['-1', undefined],
  [null, undefined],
])('the quantity %s', (text, amount) => {
  expect(parseQuantity(text)).toBe(amount);
});

describe('kept settings', () => {
  test('come back as they were', () => {
    const settings = buildSettings();
    expect(parseSettings(JSON.stringify(settings), 's.json')).toEqual(JSON.parse(JSON.stringify(settings)));
  });

  const settings = JSON.parse(JSON.stringify(buildSettings()));
  test.each([
    ['no JSON', '{', /is not JSON/],
    ['something else', '{"format":"other"}', /is not the settings of a process/],
    ['a later version', JSON.stringify({ ...settings, version: 2 }), /version/],
    [
      'servers that are none',
      JSON.stringify({ ...settings, inner: { ...settings.inner, servers: [1] } }),
      /servers/,
    ],
    ['a date that is none', JSON.stringify({ ...settings, takenAt: 'today' }), /takenAt/],
    [
      'too many agents',
      JSON.stringify({
        ...settings,
        inner: { ...settings.inner, agents: Array(5_000).fill({ name: 'a', requests: 1 }) },
      }),
      /agents/,
    ],
  ])('are refused: %s', (_, text, message) => {
    expect(() => parseSettings(text, 's.json')).toThrow(message);
  });
});
