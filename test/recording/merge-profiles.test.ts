import { expect, test } from 'vitest';
import { decode } from '../../src/diagnose.ts';
import { foreignManifest } from '../../src/recording/foreign/manifest.ts';
import type { Recording } from '../../src/recording/reader.ts';
import { mergeProfiles } from '../../src/recording/several.ts';
import { buildRawCpuProfile } from '../support/build-profile.ts';

function recordingOf(functions: string[]): Recording {
  const profiles = functions.map((name, thread) => ({
    file: { kind: 'cpu-profile' as const, thread, path: 'x' },
    content: buildRawCpuProfile([[`${name}@/app/a.js:1`, 10]]),
  }));
  const threads = functions.map((_, id) => ({ id, name: id === 0 ? 'main' : `worker ${id}` }));
  return {
    manifest: foreignManifest({ files: profiles.map(({ file }) => file), threads }),
    snapshots: [],
    profiles,
    lines: [],
    sources: { scripts: {}, lines: {} },
    warnings: [],
    origin: { tool: 'v8' },
  };
}

test('profiles of several files are one recording, told apart by file and thread', () => {
  const merged = mergeProfiles([
    { name: '/tmp/a.cpuprofile', pair: null, recording: recordingOf(['first']) },
    { name: '/tmp/b', pair: null, recording: recordingOf(['second', 'third']) },
  ]);
  expect(
    decode(merged).cpuProfiles.map(({ threadName, nodes }) => [
      threadName,
      nodes.find(({ frame }) => frame.file === '/app/a.js' || frame.file?.endsWith('a.js'))?.frame
        .functionName,
    ]),
  ).toEqual([
    ['a.cpuprofile', 'first'],
    ['b, main', 'second'],
    ['b, worker 1', 'third'],
  ]);
});

test('one file stays as it is', () => {
  const recording = recordingOf(['only']);
  expect(mergeProfiles([{ name: 'a', pair: null, recording }])).toBe(recording);
});
