// Writing a recording: what a capture collects goes into its folder while the capture runs.
import { createWriteStream, existsSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { UsageError } from '../errors.ts';
import type { CapturedFile, CaptureSink, RunningScript, SampleLine } from '../signals/sink.ts';
import type { Manifest } from './manifest.ts';
import { checkOutputFile } from './output-file.ts';
import { RecordingFolder, type WrittenRecording } from './recording-folder.ts';
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

export interface FolderWriter extends RecordingWriter {
  /** What came of it, once it is finished. */
  written(): WrittenRecording;
}

const PRIVATE = { mode: 0o600 };

/**
 * Starts a recording in `dir`. Throws UsageError when it exists already or cannot be written. With `elsewhere` a disk that
 * becomes full does not end the capture: the recording moves to a new folder in there, and `written` says so. Otherwise
 * what is written then throws UsageError.
 */
export function createRecordingWriter(dir: string, elsewhere?: string): FolderWriter {
  const folder = new RecordingFolder(dir, elsewhere);
  const files: CapturedFile[] = [];
  const positions = notePositions();
  const running: RunningScript[] = [];
  const writeManifest = (manifest: Manifest) =>
    folder.file('manifest.json', JSON.stringify(manifest, null, 2));
  return {
    line(line: SampleLine) {
      folder.line(`${JSON.stringify(line)}\n`);
      positions.sample(line);
    },
    file(file, content) {
      folder.file(file.path, JSON.stringify(content));
      files.push(file);
      positions.profile(file.kind, content);
    },
    stream(file) {
      const path = folder.pathOf(file.path);
      const gzip = createGzip({ level: 1 });
      const written = pipeline(gzip, createWriteStream(path, PRIVATE));
      // Whoever ends the stream hears of it.
      written.catch(() => {});
      return {
        write: (chunk) => void gzip.write(chunk),
        async end() {
          gzip.end();
          await written;
          if (!existsSync(path)) throw new Error('the disk became full during the capture');
          files.push(file);
        },
        async discard() {
          gzip.destroy();
          await written.catch(() => {});
          rmSync(path, { force: true });
        },
      };
    },
    scripts: (scripts) => void running.push(...scripts),
    scriptsInDoubt: (readText) => scriptsInDoubt(positions.all(), readText),
    begin: (manifest) => writeManifest(manifest),
    files: () => files,
    async finish(manifest, readText) {
      const sources = collectSources(positions.all(), readText, {
        scripts: running,
        cwd: manifest.target.cwd,
      });
      folder.file('sources.json', JSON.stringify(sources));
      writeManifest(manifest);
      folder.complete();
    },
    written: () => folder.written(),
    discard: () => folder.discard(),
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
  checkOutputFile(resolve(path));
}
