// Whose code a script is, where it is neither the program's nor that of a library under test: test runners and this check
// itself. What they create and keep is not a leak of the program.

import { ownerOf } from '../../model/owner/owner.ts';
import { packageOf } from '../../model/owner/package-in-path.ts';
import { captureStack } from '../../probe/stacks/stack-capture.ts';

/** Folders of test runners and their parts, as they are installed. */
const RUNNER_PACKAGES = [
  'vitest',
  '@vitest/',
  'vite',
  'vite-node',
  'tinypool',
  'tinyspy',
  'tinyrainbow',
  'birpc',
  'chai',
  'jest',
  'jest-',
  '@jest/',
  'babel-jest',
  'ts-jest',
  'expect',
  '@sinonjs/',
  'pirates',
  'mocha',
  'tap',
  '@tapjs/',
  'borp',
  'source-map-support',
  'tsx',
];

const ownScript = (() => {
  const here = (): unknown[][] => captureStack(here);
  // The function itself is left out: the first frame is this module.
  return String(here()[0]?.[1] ?? '');
})();
/** Unbundled, as this project's own tests run it: the room with all its folders. */
const sourceFolder = /^.*src[\\/]testing[\\/](?=measure[\\/]noise\.ts$)/.exec(ownScript)?.[0];
const isBundled = sourceFolder === undefined;
const ownFolder = sourceFolder ?? /^.*[\\/]/.exec(ownScript)?.[0] ?? '';

export type ScriptOwner = 'program' | 'runner' | 'own' | 'node';

const known = new Map<string, ScriptOwner>();

export function ownerOfScript(url: string): ScriptOwner {
  let owner = known.get(url);
  if (!owner) {
    owner = judge(url);
    if (known.size < 10_000) known.set(url, owner);
  }
  return owner;
}

function judge(url: string): ScriptOwner {
  if (/^node:internal\/test_runner\//.test(url)) return 'runner';
  if (ownerOf(url) === 'node') return 'node';
  if (isOwn(url)) return 'own';
  const name = packageOf(url)?.name;
  if (!name) return 'program';
  const isRunner = RUNNER_PACKAGES.some((known) =>
    /[-/]$/.test(known) ? name.startsWith(known) : name === known,
  );
  return isRunner ? 'runner' : 'program';
}

/** Built, the parts of this check are a few files side by side in dist. */
function isOwn(url: string): boolean {
  if (!ownFolder || !url.startsWith(ownFolder)) return false;
  const name = url.slice(ownFolder.length);
  return !isBundled || /^(testing|testing-[a-z]+)\.c?js$/.test(name);
}

/** Whose code made it, told by the innermost frame that is not Node's. Null: only Node's own frames are there. */
export function makerOf(frames: readonly unknown[][]): Exclude<ScriptOwner, 'node'> | null {
  for (const frame of frames) {
    const owner = ownerOfScript(String(frame[1] ?? ''));
    if (owner !== 'node') return owner;
  }
  return null;
}

/** The part of a stack that the body did: below our call of it are the test and its runner, in the first round only. */
export function withinBody<T extends readonly unknown[]>(frames: readonly T[]): T[] {
  const end = frames.findIndex((frame) => ownerOfScript(String(frame[1] ?? '')) === 'own');
  return end < 0 ? [...frames] : frames.slice(0, end);
}
