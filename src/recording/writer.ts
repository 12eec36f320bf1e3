// Writing a recording: a folder that fills while the capture runs and gets its final name only when it is whole.
import {
  closeSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { UsageError } from '../errors.ts';
import type { CapturedFile, CaptureSink, RunningScript, SampleLine } from '../signals/sink.ts';
import type { Manifest } from './manifest.ts';
import { scriptsInDoubt } from './sources/file-check.ts';
import { notePositions } from './sources/positions.ts';
import type { ReadText } from './sources/script-position.ts';
import { collectSources } from './sources/sources.ts';

export interface RecordingWriter extends CaptureSink {
  /** What is known once attached: it stands should the recording be cut off. */
  begin(manifest: Manifest): void;
  files(): CapturedFile[];
  /** URLs of scripts whose files do not account for the places that were mentioned so far. */
  scriptsInDoubt(readText: ReadText): string[];
  /** Looks up in the target's files what the recording mentions, writes what is left and makes the recording whole. */
  finish(manifest: Manifest, readText: ReadText): Promise<void>;
  /** Removes what was written. */
  discard(): void;
}

const PRIVATE = { mode: 0o600 };

/** Starts a recording in `dir`. Throws UsageError when it exists already or cannot be written. */
export function createRecordingWriter(dir: string): RecordingWriter {
  const finalDir = resolve(dir);
  if (existsSync(finalDir))
    throw new UsageError(`${dir} exists already.`, 'Choose another name: recordings are never overwritten.');
  const workDir = `${finalDir}.partial-${process.pid}`;
  try {
    // Not recursive: below /proc Node would try for ever.
    mkdirSync(workDir, { mode: 0o700 });
  } catch (error) {
    throw new UsageError(
      `Cannot write to ${dirname(finalDir)}: ${(error as Error).message}`,
      'Choose another folder with --out.',
      { cause: error },
    );
  }
  const samples = openSync(join(workDir, 'samples.jsonl'), 'wx', 0o600);
  const files: CapturedFile[] = [];
  const positions = notePositions();
  const running: RunningScript[] = [];
  const writeManifest = (manifest: Manifest) =>
    writeFileSync(join(workDir, 'manifest.json'), JSON.stringify(manifest, null, 2), PRIVATE);
  return {
    line(line: SampleLine) {
      writeSync(samples, `${JSON.stringify(line)}\n`);
      positions.sample(line);
    },
    file(file, content) {
      writeFileSync(join(workDir, file.path), JSON.stringify(content), PRIVATE);
      files.push(file);
      positions.profile(file.kind, content);
    },
    stream(file) {
      const gzip = createGzip({ level: 1 });
      const written = pipeline(gzip, createWriteStream(join(workDir, file.path), PRIVATE));
      // Whoever ends the stream hears of it.
      written.catch(() => {});
      return {
        write: (chunk) => void gzip.write(chunk),
        async end() {
          gzip.end();
          await written;
          files.push(file);
        },
        async discard() {
          gzip.destroy();
          await written.catch(() => {});
          rmSync(join(workDir, file.path), { force: true });
        },
      };
    },
    scripts: (scripts) => void running.push(...scripts),
    scriptsInDoubt: (readText) => scriptsInDoubt(positions.all(), readText),
    begin: (manifest) => writeManifest(manifest),
    files: () => files,
    async finish(manifest, readText) {
      closeSync(samples);
      const sources = collectSources(positions.all(), readText, {
        scripts: running,
        cwd: manifest.target.cwd,
      });
      writeFileSync(join(workDir, 'sources.json'), JSON.stringify(sources), PRIVATE);
      writeManifest(manifest);
      renameSync(workDir, finalDir);
    },
    discard() {
      rmSync(workDir, { recursive: true, force: true });
    },
  };
}

/** Throws UsageError when nothing can be written there, before a long capture rather than after it. */
export function checkWritable(path: string): void {
  const parent = dirname(resolve(path));
  if (existsSync(path))
    throw new UsageError(`${path} exists already.`, 'Choose another name: recordings are never overwritten.');
  if (!existsSync(parent) || !statSync(parent).isDirectory()) {
    throw new UsageError(`The folder ${parent} does not exist.`, 'Create it first, or choose another.');
  }
}
