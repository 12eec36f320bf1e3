import { describe, expect, test } from 'vitest';
import { blame } from '../../src/analysis/cpu/blame/blame.ts';
import { HeavyPath } from '../../src/analysis/cpu/blame/heavy-path.ts';
import { findBlocks } from '../../src/analysis/cpu/blocks.ts';
import { groupByBlame, summarizeCpu } from '../../src/analysis/cpu/cpu.ts';
import { buildCpuProfile, framesFrom, type Slice } from '../support/build-profile.ts';

const APP = 'render@/app/src/page.js:5';
const ROUTER = 'dispatch@/app/node_modules/router/index.js:7 > next@/app/node_modules/router/index.js:20';
const UPLOAD = 'store@/app/node_modules/upload/disk.js:3';
const VISIT = 'visit@/app/node_modules/walker/index.js:9';
const RULE = 'compare@/app/node_modules/rules/overlap.js:30';

const chainOf = (stack: string) =>
  blame(framesFrom(stack)).chain.map(
    ({ package: name, isBlamed }) => `${name ?? 'app'}${isBlamed ? '*' : ''}`,
  );

describe('the packages of a stack', () => {
  test('are told from the application inwards, the innermost blamed', () => {
    expect(chainOf(`main@/app/src/m.js:1 > ${APP} > ${ROUTER} > ${UPLOAD}`)).toEqual([
      'app',
      'router',
      'upload*',
    ]);
  });

  test('without the application begin with the outermost, and the innermost is the subject', () => {
    const { subject, library, inner } = blame(framesFrom(`emit@node:events:1 > ${ROUTER} > ${UPLOAD}`));
    expect([subject, library!.functionName, inner]).toEqual([inner, 'dispatch', subject]);
    expect(subject).toMatchObject({ functionName: 'store', package: 'upload' });
  });

  test('a function that only walks or maps gives the blame to its caller', () => {
    expect(blame(framesFrom(`${RULE} > ${VISIT}`)).subject!.functionName).toBe('compare');
    expect(
      blame(framesFrom(`${RULE} > set@/app/node_modules/lru-cache/index.js:3`)).subject!.functionName,
    ).toBe('compare');
  });

  test('where all only pass on, the innermost is blamed', () => {
    expect(blame(framesFrom(`${VISIT} > map@/app/node_modules/lodash/map.js:2`)).subject!.functionName).toBe(
      'map',
    );
  });

  test('of the application alone are none', () => {
    expect(chainOf(`main@/app/src/m.js:1 > ${APP}`)).toEqual(['app*']);
    expect(chainOf('processTimers@node:internal/timers:1 > run')).toEqual([]);
  });
});

describe('a heavy path', () => {
  const follow = (...stacks: [string, number][]) => {
    const path = new HeavyPath();
    for (const [stack, amount] of stacks) path.add(framesFrom(stack), amount);
    return path.frames().map(({ functionName }) => functionName);
  };

  test('goes into the call that holds the larger part, to where it forks', () => {
    expect(
      follow(
        [`${APP} > ${VISIT} > ${RULE}`, 60],
        [`${APP} > ${VISIT} > other@/app/node_modules/rules/b.js:1`, 40],
      ),
    ).toEqual(['compare', 'visit', 'render']);
    expect(follow([`${APP} > ${RULE}`, 50], [`${APP} > ${UPLOAD}`, 50])).toEqual(['render']);
  });

  test('adds up recursion and ways through Node and built-ins', () => {
    expect(
      follow([`${APP} > ${VISIT} > ${VISIT} > forEach > ${RULE}`, 30], [`${APP} > ${VISIT} > ${RULE}`, 30]),
    ).toEqual(['compare', 'visit', 'render']);
  });

  test('of nothing is empty', () => {
    expect(follow()).toEqual([]);
  });
});

describe('time in packages under packages', () => {
  const turn: Slice[] = [
    [`${ROUTER} > ${VISIT} > ${RULE}`, 120],
    [`${ROUTER} > ${VISIT} > ${RULE} > print@/app/node_modules/printer/index.js:4`, 60],
    [`${ROUTER} > ${UPLOAD}`, 20],
    ['(idle)', 300],
  ];

  test('is a block of the code where it goes, not of the router around it', () => {
    const [block] = findBlocks(buildCpuProfile([...turn, ...turn]), () => undefined);
    expect(block!.blame).toMatchObject({
      app: null,
      subject: { functionName: 'compare', package: 'rules' },
      library: { package: 'router' },
    });
    expect(block!.blocksMillis.map(Math.round)).toEqual([200, 200]);
  });

  test('is one hotspot, with all that the entry is responsible for', () => {
    const [group] = groupByBlame(summarizeCpu(buildCpuProfile(turn), () => undefined).hotspots);
    expect(group!.selfMicros).toBe(200_000);
    expect(group!.top.blame.subject!.functionName).toBe('compare');
  });

  test('stays with the application’s line where it called, and names the package inside', () => {
    const called = turn.map(
      ([stack, millis]): Slice => [stack.startsWith('(') ? stack : `${APP} > ${stack}`, millis],
    );
    const [group] = groupByBlame(summarizeCpu(buildCpuProfile(called), () => undefined).hotspots);
    expect(group!.top.blame).toMatchObject({
      subject: { functionName: 'render' },
      library: { package: 'router' },
      inner: { package: 'rules' },
    });
  });

  test('that a package spends by calling the application back is the application’s', () => {
    const [block] = findBlocks(
      buildCpuProfile([
        [`${ROUTER} > ${APP}`, 140],
        [`${ROUTER} > ${UPLOAD}`, 60],
        ['(idle)', 300],
      ]),
      () => undefined,
    );
    expect(block!.blame.subject!.functionName).toBe('render');
  });
});

test.each(['https://partner.example/', 'about:blank', 'evalmachine.<anonymous>'])(
  'code that runs as %s is not the file to change where a file of the program runs it',
  (file) => {
    const PAGE = `(anonymous)@${file}:4`;
    const stack = framesFrom(`${APP} > open@/app/node_modules/pages/index.js:3 > ${PAGE}`);
    expect(blame(stack).subject).toMatchObject({ functionName: 'render', file: 'src/page.js' });
    expect(blame(framesFrom(PAGE)).subject).toMatchObject({ file });
  },
);
