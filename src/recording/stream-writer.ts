// Writing a recording as one stream while the capture runs: a gzipped tar, nothing on disk, next to nothing held. What has
// left is safe: a stream that is cut off is still a recording of what came before. Source maps go along as they are, since
// opening them takes more memory than a pod can spare.
import type { Writable } from 'node:stream';
import { createGzip, constants as zlib } from 'node:zlib';
import { pack } from 'tar-stream';
import type { CapturedFile, CaptureStream, RunningScript, SampleLine } from '../signals/sink.ts';
import { MAPS_FILE, type MapEntry, partName } from './format.ts';
import type { Manifest } from './manifest.ts';
import { scriptsInDoubt } from './sources/file-check.ts';
import { findMap, type Script } from './sources/find-map.ts';
import { projectFolder } from './sources/package-files.ts';
import type { SourceMap, Sources } from './sources/places-by-map.ts';
import { notePositions } from './sources/positions.ts';
import { locate, type Running } from './sources/script-places.ts';
import type { ReadText, ScriptPosition } from './sources/script-position.ts';
import type { RecordingWriter } from './writer.ts';

/** So often something leaves, also where nothing happens: links that are idle are closed on the way. */
const BEAT_MILLIS = 2_000;
const FIRST_FLUSH_MILLIS = 100;
const PIECE_CHARACTERS = 64 * 1024;
const MAX_MAP_CHARACTERS = 20 * 2 ** 20;
const MAX_MAPS_CHARACTERS = 60 * 2 ** 20;

/**
 * A recording into `output`, which stays open. Whoever gave the stream hears of its errors; after one, all that is written is
 * dropped.
 */
export function createStreamWriter(output: Writable): RecordingWriter {
  const archive = createArchive(output);
  const positions = notePositions();
  const files: CapturedFile[] = [];
  const running: RunningScript[] = [];
  let lines = '';
  let pieces = 0;
  let first: Manifest | undefined;
  const sendLines = () => {
    // An empty line is a sign of life that every reader skips.
    archive.put(partName('samples.jsonl', pieces++), lines === '' ? '\n' : lines);
    lines = '';
  };
  const noteFile = (file: CapturedFile) => {
    files.push(file);
    if (first) archive.put('manifest.json', JSON.stringify({ ...first, files }));
  };
  const beat = setInterval(() => {
    sendLines();
    archive.flush();
  }, BEAT_MILLIS);
  return {
    line(line: SampleLine) {
      lines += `${JSON.stringify(line)}\n`;
      positions.sample(line);
      if (lines.length > PIECE_CHARACTERS) sendLines();
    },
    file(file, content) {
      positions.profile(file.kind, content);
      archive.put(file.path, JSON.stringify(content));
      noteFile(file);
    },
    stream: (file) => streamInPieces(archive, file, noteFile),
    scripts: (scripts) => void running.push(...scripts),
    scriptsInDoubt: (readText) => scriptsInDoubt(positions.all(), readText),
    begin(manifest) {
      first = manifest;
      archive.put('manifest.json', JSON.stringify(manifest));
      // Once the tar has passed it on.
      setTimeout(archive.flush, FIRST_FLUSH_MILLIS);
    },
    files: () => files,
    async finish(manifest, readText) {
      clearInterval(beat);
      sendLines();
      archive.put(
        'sources.json',
        JSON.stringify(
          collectWithMaps(archive, positions.all(), {
            readText,
            running: { scripts: running, cwd: manifest.target.cwd },
          }),
        ),
      );
      archive.put('manifest.json', JSON.stringify(manifest));
      await archive.end();
    },
    discard() {
      clearInterval(beat);
      void archive.end().catch(() => {});
    },
  };
}

interface Archive {
  put(name: string, content: string | Buffer): void;
  /** Sends on what compression holds back. */
  flush(): void;
  end(): Promise<void>;
}

function createArchive(output: Writable): Archive {
  const tar = pack();
  const gzip = createGzip({ level: 1 });
  tar.pipe(gzip).pipe(output, { end: false });
  // The one who gave the stream hears of its end; here it only means that nobody listens any more.
  output.on('error', () => gzip.unpipe(output).resume());
  return {
    put: (name, content) => void tar.entry({ name: `recording/${name}`, mode: 0o600 }, content),
    flush: () => void (gzip.writableEnded || gzip.flush(zlib.Z_SYNC_FLUSH)),
    end: () =>
      new Promise((resolve, reject) => {
        output.on('error', reject).on('close', () => reject(new Error('the stream was closed')));
        if (output.destroyed) reject(new Error('the stream was closed'));
        // Not by its end: standard output never says that it is finished when it is a socket.
        gzip.on('end', () => output.write('', () => resolve()));
        tar.finalize();
      }),
  };
}

function streamInPieces(
  archive: Archive,
  file: CapturedFile,
  noteFile: (file: CapturedFile) => void,
): CaptureStream {
  const gzip = createGzip({ level: 1 });
  let pieces = 0;
  gzip.on('data', (chunk: Buffer) => archive.put(partName(file.path, pieces++), chunk));
  const ended = new Promise<void>((resolve, reject) => {
    gzip.on('end', resolve).on('error', reject);
  });
  ended.catch(() => {});
  return {
    write: (chunk) => void gzip.write(chunk),
    async end() {
      gzip.end();
      await ended;
      noteFile(file);
    },
    // Its pieces have left; without its name in the manifest they are no file.
    async discard() {
      gzip.destroy();
    },
  };
}

/** It is opened where the recording is read. */
const UNOPENED: SourceMap = {
  originalOf: () => null,
  isBefore: () => false,
  linesOf: () => undefined,
  nameOf: () => null,
  isIgnored: () => false,
};

/** Places in scripts only; the maps of those scripts are put beside them. */
function collectWithMaps(
  archive: Archive,
  positions: Iterable<ScriptPosition>,
  { readText, running }: { readText: ReadText; running: Running },
): Sources {
  const entries: MapEntry[] = [];
  let room = MAX_MAPS_CHARACTERS;
  const openMap = (script: Script) => {
    const map = findMap(script, readText);
    if (!map || map.text.length > Math.min(room, MAX_MAP_CHARACTERS)) return null;
    room -= map.text.length;
    const file = `map-${entries.length}.json`;
    archive.put(file, map.text);
    const { url, path } = script;
    entries.push({ url, location: map.location, project: projectFolder(path, readText), file });
    return UNOPENED;
  };
  const sources = locate(positions, { readText, openMap, running });
  archive.put(MAPS_FILE, JSON.stringify(entries));
  return sources;
}
