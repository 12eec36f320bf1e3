import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { toCollapsed } from '../../src/report/flame/collapsed.ts';
import { toSpeedscope } from '../../src/report/flame/speedscope.ts';
import { toZeroXTree } from '../../src/report/flame/zero-x-tree.ts';
import { buildCpuProfile, buildFrame, HOSTILE_NAME } from './build-report.ts';

const serve = buildFrame('serve', { file: 'src/server.ts', line: 10, column: 5 });
const order = buildFrame('handleOrder', { file: 'src/orders.ts', line: 42, column: 3 });
const parse = buildFrame('parse', {
  file: 'node_modules/qs/parse.js',
  line: 7,
  owner: 'library',
  package: 'qs@6.1.0',
});
const profile = buildCpuProfile([
  { frames: [serve, order, parse], micros: 4000 },
  { frames: [serve, order, parse], micros: 1000 },
  { frames: [serve], micros: 500 },
  { frames: [], micros: 2000, state: 'idle' },
  { frames: [], micros: 300, state: 'gc' },
  { frames: [], micros: 200, state: 'program' },
  { frames: [serve, order], micros: 1000 },
]);
const worker = buildCpuProfile([{ frames: [order], micros: 700 }], { thread: 3, threadName: 'mailer' });

describe('collapsed stacks', () => {
  test('name function, file and line, and weigh microseconds', () => {
    expect(toCollapsed([profile])).toBe(
      [
        'serve (src/server.ts:10);handleOrder (src/orders.ts:42);parse (node_modules/qs/parse.js:7) [qs@6.1.0] 5000',
        'serve (src/server.ts:10) 500',
        '(idle) 2000',
        '(garbage collector) 300',
        '(program) 200',
        'serve (src/server.ts:10);handleOrder (src/orders.ts:42) 1000',
        '',
      ].join('\n'),
    );
  });

  test('are without idle where it is not to be drawn', () => {
    expect(toCollapsed([profile, worker], { idle: false })).not.toContain('(idle)');
    expect(toCollapsed([profile], { idle: false }).match(/\d+$/gm)).toEqual(
      toCollapsed([profile])
        .split('\n')
        .filter((line) => !line.startsWith('(idle)'))
        .join('\n')
        .match(/\d+$/gm),
    );
  });

  test('begin with the thread when there are several', () => {
    const lines = toCollapsed([profile, worker]).split('\n');
    expect(lines).toContain('main;(idle) 2000');
    expect(lines).toContain('mailer (thread 3);handleOrder (src/orders.ts:42) 700');
  });

  test('keep one stack on one line whatever a name holds', () => {
    const hostile = buildFrame(`a;b\n${HOSTILE_NAME}`, { file: 'x;y.js', line: 1 });
    const text = toCollapsed([buildCpuProfile([{ frames: [serve, hostile], micros: 9 }])]);
    expect(text.split('\n')).toHaveLength(2);
    expect(text.split(';')).toHaveLength(2);
    expect(text).toMatch(/ 9\n$/);
  });
});

describe('a speedscope file', () => {
  const file = toSpeedscope([profile, worker], 'node server.js');

  test('is valid by the schema speedscope ships', () => {
    const path = createRequire(import.meta.url).resolve('speedscope/dist/release/file-format-schema.json');
    const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(path, 'utf8')));
    validate(file);
    expect(validate.errors).toBeNull();
  });

  test('keeps the time of every stack, as the collapsed text does', () => {
    const collapsedMicros = toCollapsed([profile, worker])
      .trimEnd()
      .split('\n')
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    expect(file.profiles.map((each) => each.endValue)).toEqual([9000, 700]);
    expect(collapsedMicros).toBe(9700);
  });

  test('is without idle where it is not to be drawn', () => {
    const { profiles, shared } = toSpeedscope([profile, worker], 'node server.js', { idle: false });
    expect(profiles.map((each) => each.endValue)).toEqual([7000, 700]);
    expect(shared.frames.map(({ name }) => name)).not.toContain('(idle)');
  });

  test('puts file and line into name and fields, and shares frames between threads', () => {
    expect(file.shared.frames[1]).toEqual({
      name: 'handleOrder (src/orders.ts:42)',
      file: 'src/orders.ts',
      line: 42,
      col: 3,
    });
    expect(file.profiles.map((each) => each.name)).toEqual(['main', 'mailer (thread 3)']);
    expect(file.profiles[1]?.samples).toEqual([[1]]);
  });

  test('joins neighbouring samples of one stack and leaves the order as it was', () => {
    expect(file.profiles[0]?.weights).toEqual([5000, 500, 2000, 300, 200, 1000]);
  });
});

describe('the tree for 0x', () => {
  test('counts samples, leaves idle time out, and sorts frames by whose code it is', () => {
    const tree = toZeroXTree([profile]);
    expect(tree).toMatchObject({ name: 'main', value: 5, top: 0 });
    expect(tree.children.map((child) => [child.name, child.type, child.value, child.top])).toEqual([
      ['serve (src/server.ts:10)', 'app', 4, 1],
      ['(garbage collector)', 'core', 1, 1],
    ]);
    expect(tree.children[0]?.children[0]?.children[0]).toMatchObject({ type: 'deps', value: 2, top: 2 });
  });

  test('has a branch a thread when there are several', () => {
    const tree = toZeroXTree([profile, worker]);
    expect(tree.value).toBe(6);
    expect(tree.children.map((child) => child.name)).toEqual(['main', 'mailer (thread 3)']);
  });

  test('holds no markup', () => {
    const hostile = buildCpuProfile([{ frames: [buildFrame(HOSTILE_NAME)], micros: 1 }], {
      threadName: HOSTILE_NAME,
    });
    expect(JSON.stringify(toZeroXTree([hostile]))).not.toMatch(/[<>]/);
  });
});

test('a stack deeper than V8 can record is cut, not multiplied', () => {
  const deep = Array.from({ length: 5000 }, (_, index) => buildFrame(`f${index}`));
  const text = toCollapsed([buildCpuProfile([{ frames: deep, micros: 10 }])]);
  expect(text.split(';')).toHaveLength(512);
  expect(text.endsWith(' 10\n')).toBe(true);
});
