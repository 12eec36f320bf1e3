// All runs of one side of a comparison: recordings and profiles, or folders that hold several of them.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { readAnything } from './foreign.ts';
import type { Recording } from './reader.ts';

export interface NamedRecording {
  /** As people call it: its file or folder. */
  name: string;
  /** The number that `culprit bench --out` gave to runs made side by side; null for all others. */
  pair: number | null;
  recording: Recording;
}

/** In the order given, those of a folder by name. Throws UsageError or RecordingError. */
export async function readSeveral(paths: readonly string[]): Promise<NamedRecording[]> {
  const found: NamedRecording[] = [];
  for (const path of paths.flatMap(expand))
    found.push({ name: path, pair: pairOf(path), recording: await readAnything(path) });
  return found;
}

/** One recording with the profiles of all, told apart by their files. What else they hold is the first one's. */
export function mergeProfiles(all: readonly NamedRecording[]): Recording {
  const [first] = all;
  if (!first) throw new RangeError('no recording was given');
  if (all.length === 1) return first.recording;
  const threads: Recording['manifest']['target']['threads'] = [];
  const profiles: Recording['profiles'] = [];
  for (const { name, recording } of all) {
    const from = threads.length;
    const own = recording.manifest.target.threads;
    for (const [index, thread] of own.entries())
      threads.push({
        id: from + index,
        name: own.length > 1 ? `${basename(name)}, ${thread.name}` : basename(name),
      });
    for (const { file, content } of recording.profiles) {
      const index = Math.max(
        0,
        own.findIndex(({ id }) => id === file.thread),
      );
      profiles.push({ file: { ...file, thread: from + index }, content });
    }
  }
  const { manifest } = first.recording;
  return {
    ...first.recording,
    manifest: {
      ...manifest,
      target: { ...manifest.target, threads },
      files: profiles.map(({ file }) => file),
    },
    profiles,
    sources: {
      ...first.recording.sources,
      scripts: Object.assign({}, ...all.map(({ recording }) => recording.sources.scripts)),
      lines: Object.assign({}, ...all.map(({ recording }) => recording.sources.lines)),
    },
  };
}

function expand(path: string): string[] {
  if (!existsSync(path) || !statSync(path).isDirectory() || existsSync(join(path, 'manifest.json')))
    return [path];
  const inside = readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter(
      (entry) =>
        /\.(tgz|tar\.gz|(cpuprofile|heapprofile)(\.gz|\.zst)?)$/.test(entry) ||
        existsSync(join(entry, 'manifest.json')),
    );
  if (inside.length === 0)
    throw new UsageError(
      `${path} is a folder with no recording and no profile in it.`,
      'Give what `culprit record` or `node --cpu-prof` wrote.',
    );
  return inside;
}

function pairOf(path: string): number | null {
  const found = /^(\d{3})-(base|head)$/.exec(basename(path.replace(/\/+$/, '')));
  return found ? Number(found[1]) : null;
}
