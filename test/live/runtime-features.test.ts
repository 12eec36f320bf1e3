// The table in docs/node-versions.md says what these versions of Node.js do.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { requires } from '../support/requires.ts';
import { RUNTIME_FEATURES, type RuntimeFeature } from '../support/runtime-features.ts';
import { MAJORS, nodeBinary } from './support/node-versions.ts';

type Told = Exclude<RuntimeFeature['seen'], string>;
const isToldByProcess = (feature: RuntimeFeature): feature is RuntimeFeature & { seen: Told } =>
  typeof feature.seen !== 'string';

function isSeenIn(major: number, seen: Told): boolean {
  const options = {
    encoding: 'utf8' as const,
    stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'],
  };
  if ('flags' in seen) return spawnSync(nodeBinary(major), [...seen.flags, '-e', '0'], options).status === 0;
  const tell = 'const tell = (is) => { console.log(is); setImmediate(() => process.exit()); };';
  return spawnSync(nodeBinary(major), ['-e', `${tell}\n${seen.code}`], options).stdout.trim() === 'true';
}

describe('each row of the table is true:', () => {
  requires('other Node versions');
  test.each(RUNTIME_FEATURES.filter(isToldByProcess))('$what', ({ majors, seen }) => {
    expect(MAJORS.filter((major) => isSeenIn(major, seen))).toEqual(majors);
  });
});
