import { expect, test } from 'vitest';
import { summarizeCpu } from '../../src/analysis/cpu/cpu.ts';
import { buildCpuProfile, type Slice } from '../support/build-profile.ts';

const SHORT = 'total@/app/src/short.js:4';
const NINE_LINES = (file: string, line: number) =>
  file === 'src/short.js' && line <= 9 ? `line ${line}` : undefined;
const hotspotOf = (slices: Slice[], textOf = NINE_LINES) =>
  summarizeCpu(buildCpuProfile(slices), textOf).hotspots.find(({ frame }) => frame.functionName === 'total')!;

test('the line of an inlined function is not said to be the caller’s, and the function is named', () => {
  const hotspot = hotspotOf([
    [`${SHORT}#35`, 60],
    [`${SHORT}#6`, 30],
    [`${SHORT} > price@/app/node_modules/money/index.js:30#35`, 10],
  ]);
  expect(hotspot).toMatchObject({ hotLine: 6, inlined: { frame: { functionName: 'price' } } });
  expect(hotspot.inlined!.share).toBeCloseTo(60 / 90);
});

test('a line that the file does not have is left out, although nobody tells whose it is', () => {
  expect(
    hotspotOf([
      [`${SHORT}#35`, 60],
      [`${SHORT}#6`, 30],
    ]),
  ).toMatchObject({ hotLine: 6, inlined: null });
});

test('a line above the function is none of its own', () => {
  expect(
    hotspotOf(
      [
        [`${SHORT}#2`, 60],
        [`${SHORT}#6`, 30],
      ],
      () => undefined,
    ),
  ).toMatchObject({ hotLine: 6, inlined: null });
});

test('own lines stay as they are, with or without the text of the file', () => {
  const slices: Slice[] = [
    [`${SHORT}#7`, 60],
    [`${SHORT}#6`, 30],
  ];
  for (const textOf of [NINE_LINES, () => undefined])
    expect(hotspotOf(slices, textOf)).toMatchObject({ hotLine: 7, hotLineShare: 60 / 90, inlined: null });
});
