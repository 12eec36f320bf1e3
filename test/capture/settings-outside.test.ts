// What an audit reads outside of a process: limits of its container that are there, that are not, and that are unknown.
import { expect, test } from 'vitest';
import { readOuterSettings } from '../../src/capture/settings/settings-outside.ts';
import type { CgroupSample } from '../../src/model/samples.ts';

const NOBODY = 4_194_303;

test.each<[string, CgroupSample | undefined, number | null | undefined]>([
  ['a limit', { version: 2, pidsLimit: 2_048 }, 2_048],
  ['no limit', { version: 2 }, null],
  ['a cgroup that cannot be read', undefined, undefined],
])('the pids limit of a container: %s', (_, cgroup, expected) => {
  expect(readOuterSettings(NOBODY, [], cgroup, cgroup).pidsLimit).toBe(expected);
});
