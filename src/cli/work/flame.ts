// `culprit flame`: a recording's profiles in a viewer that people know, or in the format of one. The viewers are heavy
// and load here only.
import { basename, resolve } from 'node:path';
import { DEFAULTS } from '../../defaults.ts';
import { decode } from '../../diagnose.ts';
import { RecordingError, UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import type { HeapSamplingRead } from '../../model/memory/heap-sampling.ts';
import type { Observations } from '../../model/observations.ts';
import { readAnything } from '../../recording/foreign.ts';
import type { Recording } from '../../recording/reader.ts';
import { mergeProfiles } from '../../recording/several.ts';
import type { Drawable, DrawnParts, HeapDrawing } from '../../report/flame/drawable.ts';
import { readViewer } from '../../report/flame/viewer-file.ts';
import { writeWhole } from '../output.ts';

export interface FlameOptions {
  renderer: string;
  out?: string;
  heap?: boolean;
  idle?: boolean;
}

const RENDERERS = ['speedscope', '0x', 'collapsed', 'speedscope-json', 'pprof'] as const;
type Renderer = (typeof RENDERERS)[number];

export async function flame(paths: readonly string[], options: FlameOptions): Promise<ExitCode> {
  const renderer = RENDERERS.find((name) => name === options.renderer);
  if (!renderer)
    throw new UsageError(
      `There is no renderer "${options.renderer}".`,
      `Give one of ${RENDERERS.join(', ')}.`,
    );
  // In the current folder, wherever the recording is.
  const stem =
    basename(resolve(paths[0]!))
      .replace(/\.gz$|\.zst$/, '')
      .replace(/\.(tgz|tar|cpuprofile|heapprofile)$/, '') || 'culprit';
  // A folder of profiles is one reading already.
  const recording = mergeProfiles(
    await Promise.all(
      paths.map(async (path) => ({ name: path, pair: null, recording: await readAnything(path) })),
    ),
  );
  if (options.heap && renderer === 'pprof')
    await writeHeapProfile(recording, options.out ?? `${stem}.heap.pb.gz`);
  else
    await writeFlame(recording, renderer, {
      file: options.out ?? defaultFile(stem, renderer),
      isHeap: options.heap === true,
      idle: options.idle === true,
    });
  return EXIT.done;
}

function defaultFile(stem: string, renderer: Renderer): string {
  if (renderer === 'collapsed' || renderer === 'speedscope-json') return '-';
  return renderer === 'pprof' ? `${stem}.pb.gz` : `${stem}.flame.html`;
}

export interface FlameWish {
  /** "-" is standard output. */
  file: string;
  /** Heap profiles are drawn, as they are where there is no CPU profile. */
  isHeap?: boolean;
  /** Time in which a thread had nothing to do is drawn, too. */
  idle?: boolean;
}

/** Throws RecordingError when there is nothing to draw. */
export async function writeFlame(
  recording: Recording,
  renderer: Renderer,
  { file, isHeap = false, idle = false }: FlameWish,
): Promise<void> {
  const observations = decode(recording);
  const { cpuProfiles, target } = observations;
  const { hasWeight } = await import('../../report/flame/drawable.ts');
  const drawn = (isHeap ? [] : cpuProfiles).filter(hasWeight);
  const lost = lostProfiles(observations, isHeap);
  if (drawn.length === 0 && lost.length > 0 && !isHeap) throw isDamaged(lost[0]!);
  for (const { path, lost: how } of lost) process.stderr.write(`Not drawn: ${path} is ${how}.\n`);
  const heaps = drawn.length > 0 ? [] : heapDrawings(observations).filter(hasWeight);
  if (drawn.length + heaps.length === 0) throw nothingToDraw(observations, isHeap);
  if (renderer === 'pprof' && drawn.length > 0) {
    const { toCpuPprof } = await import('../../report/pprof.ts');
    writeOut(file, toCpuPprof(drawn, subjectOf(observations)), 'CPU profile');
  } else if (renderer === 'pprof') await writeHeapProfile(recording, file);
  else {
    const what = drawn.length > 0 ? 'Flame graph' : 'Flame graph of live bytes';
    writeOut(
      file,
      await render([...drawn, ...heaps], renderer, { name: target.title ?? 'culprit', parts: { idle } }),
      what,
    );
  }
}

/** Beside a diagnosis, which stands: a process that was idle has nothing to draw. */
export async function writeFlameIfAny(recording: Recording, file: string): Promise<void> {
  await writeFlame(recording, DEFAULTS.flame.renderer, { file }).catch((error: unknown) => {
    if (!(error instanceof RecordingError)) throw error;
    process.stderr.write(`No flame graph was written to ${file}: ${error.message}\n`);
  });
}

type LostFile = Observations['capture']['files'][number];

/** Of the kind that is drawn. */
function lostProfiles({ capture }: Observations, isHeap: boolean): LostFile[] {
  const kind = isHeap ? 'heap-profile' : 'cpu-profile';
  return capture.files.filter((file) => file.kind === kind && file.lost !== undefined);
}

/** A graph of something else would be taken for it. */
function isDamaged({ path, lost }: LostFile): RecordingError {
  return new RecordingError(
    `The CPU profile ${path} is ${lost}, and no other can be drawn.`,
    'Record again, or add `--heap` to draw the live bytes of its heap profiles.',
  );
}

function nothingToDraw({ cpuProfiles, heapReads }: Observations, isHeap: boolean): RecordingError {
  if (isHeap && heapReads.length === 0 && cpuProfiles.length > 0)
    return new RecordingError(
      'It contains no heap profile, so there is nothing to draw.',
      'Leave `--heap` out to draw its CPU profile.',
    );
  const what =
    cpuProfiles.length + heapReads.length === 0
      ? 'The input contains no profile'
      : 'The profile in the input is empty';
  return new RecordingError(
    `${what}: there is nothing to draw.`,
    'Record while the program works: `culprit record`, `node --cpu-prof` or `node --heap-prof`.',
  );
}

function heapDrawings(observations: Observations): HeapDrawing[] {
  return lastReads(observations).map((read) => ({
    thread: read.thread,
    threadName:
      observations.target.threads.find(({ id }) => id === read.thread)?.name ?? `thread ${read.thread}`,
    read,
  }));
}

function lastReads({ heapReads }: Observations): HeapSamplingRead[] {
  const lastByThread = new Map<number, HeapSamplingRead>();
  for (const read of heapReads) {
    const last = lastByThread.get(read.thread);
    if (!last || read.atMillis >= last.atMillis) lastByThread.set(read.thread, read);
  }
  return [...lastByThread.values()];
}

/** The last read of each thread. Throws RecordingError when there is none. */
async function writeHeapProfile(recording: Recording, file: string): Promise<void> {
  const observations = decode(recording);
  const reads = lastReads(observations);
  for (const { path, lost } of lostProfiles(observations, true))
    process.stderr.write(`Not drawn: ${path} is ${lost}.\n`);
  if (reads.length === 0)
    throw new RecordingError('There is no heap profile in it.', 'Leave `--heap` out for its CPU profile.');
  const { toHeapPprof } = await import('../../report/pprof.ts');
  writeOut(file, toHeapPprof(reads, subjectOf(observations)), 'Heap profile');
}

function subjectOf({ target, capture }: Observations) {
  const startedAtMillis = Date.parse(capture.startedAt ?? '');
  return {
    title: target.title ?? '',
    startedAtMillis: Number.isNaN(startedAtMillis) ? null : startedAtMillis,
  };
}

function writeOut(file: string, content: string | Uint8Array, what: string): void {
  if (file === '-') process.stdout.write(content);
  else if (writeWhole(file, content)) process.stderr.write(`${what}: ${file}\n`);
}

async function render(
  profiles: readonly Drawable[],
  renderer: Exclude<Renderer, 'pprof'>,
  { name, parts }: { name: string; parts: DrawnParts },
): Promise<string> {
  switch (renderer) {
    case 'collapsed':
      return (await import('../../report/flame/collapsed.ts')).toCollapsed(profiles, parts);
    case 'speedscope-json':
      return `${JSON.stringify((await import('../../report/flame/speedscope.ts')).toSpeedscope(profiles, name, parts))}\n`;
    case 'speedscope': {
      const [{ toSpeedscope }, { renderSpeedscopeHtml }] = await Promise.all([
        import('../../report/flame/speedscope.ts'),
        import('../../report/flame/speedscope-html.ts'),
      ]);
      return renderSpeedscopeHtml(toSpeedscope(profiles, name, parts), await readViewer('speedscope'));
    }
    case '0x': {
      const { renderZeroXHtml } = await import('../../report/flame/zero-x-html.ts');
      return renderZeroXHtml(profiles, name, await readViewer('0x'));
    }
  }
}
