import { expect, test } from 'vitest';
import { nativeCalls } from '../../src/analysis/cpu/native-calls.ts';
import { buildCpuProfile, type Slice } from '../support/build-profile.ts';

const APP = 'checksum@/app/src/sums.js:4';
const callsOf = (...slices: Slice[]) =>
  nativeCalls([buildCpuProfile(slices)]).map(({ name, blame, micros }) => [
    name,
    blame.subject!.functionName,
    blame.subject!.line,
    micros / 1_000,
  ]);

test('a function without a file that is no built-in is an addon’s, at the line that calls it', () => {
  expect(callsOf([`${APP} > crc32#6`, 30], [`${APP} > crc32c#9`, 5], [APP, 100])).toEqual([
    ['crc32', 'checksum', 6, 30],
    ['crc32c', 'checksum', 9, 5],
  ]);
});

test('functions of an addon that have no names of their own are told apart by their lines', () => {
  expect(callsOf([`${APP} > symbol#6`, 30], [`${APP} > symbol#9`, 10], [APP, 100])).toEqual([
    ['symbol', 'checksum', 6, 30],
    ['symbol', 'checksum', 9, 10],
  ]);
});

test('the longest first, also through a package that wraps it', () => {
  expect(
    callsOf(
      [`${APP} > hash@/app/node_modules/sums/index.js:3 > native_hash`, 10],
      [`${APP} > crc32`, 30],
    ).map(([name]) => name),
  ).toEqual(['crc32', 'native_hash']);
});

test('built-ins of the language and of Node are none, whoever calls them', () => {
  expect(
    callsOf(
      [`${APP} > sort`, 30],
      [`${APP} > RegExp: ^a`, 30],
      [`${APP} > utf8Slice`, 30],
      [`${APP} > getPrototypeOf`, 10],
      ['writev@node:net:800 > writev', 30],
      [`${APP} > readFileSync@node:fs:400 > open`, 30],
      ['(garbage collector)', 10],
    ),
  ).toEqual([]);
});
