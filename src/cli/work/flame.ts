// `culprit flame`: a recording's profiles in a viewer that people know, or in the format of one. The viewers are heavy
// and load here only.
import { decode } from '../../diagnose.ts';
import { RecordingError, UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import type { CpuProfile } from '../../model/cpu-profile.ts';
import type { HeapSamplingRead } from '../../model/heap-sampling.ts';
import type { Observations } from '../../model/observations.ts';
import { readAnything } from '../../recording/foreign.ts';
import type { Recording } from '../../recording/reader.ts';
import type { FlameOptions } from '../commands/flame.ts';
import { writeWhole } from '../output.ts';

const RENDERERS = ['speedscope', '0x', 'collapsed', 'speedscope-json', 'pprof'] as const;
type Renderer = (typeof RENDERERS)[number];

export async function flame(path: string, options: FlameOptions): Promise<ExitCode> {
  const renderer = RENDERERS.find((name) => name === options.renderer);
  if (!renderer)
    throw new UsageError(
      `There is no renderer "${options.renderer}".`,
      `Give one of ${RENDERERS.join(', ')}.`,
    );
  if (options.heap && renderer !== 'pprof')
    throw new UsageError(`${renderer} shows no heap profile.`, 'Add `--renderer pprof` to `--heap`.');
  const stem = path.replace(/[/\\]+$/, '').replace(/\.(tgz|tar\.gz|cpuprofile|heapprofile)$/, '');
  const recording = await readAnything(path);
  if (options.heap) await writeHeapProfile(recording, options.out ?? `${stem}.heap.pb.gz`);
  else await writeFlame(recording, renderer, options.out ?? defaultFile(stem, renderer));
  return EXIT.done;
}

function defaultFile(stem: string, renderer: Renderer): string {
  if (renderer === 'collapsed' || renderer === 'speedscope-json') return '-';
  return renderer === 'pprof' ? `${stem}.pb.gz` : `${stem}.flame.html`;
}

/** Writes to `file`, or to standard output for "-". Throws RecordingError when there is no CPU profile. */
export async function writeFlame(recording: Recording, renderer: Renderer, file: string): Promise<void> {
  const observations = decode(recording);
  const { cpuProfiles, heapReads } = observations;
  if (cpuProfiles.length === 0) {
    const isHeapAsked = renderer === 'pprof' && heapReads.length > 0;
    const cure = isHeapAsked
      ? 'Add `--heap` for its heap profile.'
      : 'A heap profile has no flame graph of time.';
    throw new RecordingError('There is no CPU profile in it.', cure);
  }
  if (renderer === 'pprof') {
    const { toCpuPprof } = await import('../../report/pprof.ts');
    writeOut(file, toCpuPprof(cpuProfiles, subjectOf(observations)), 'CPU profile');
    return;
  }
  writeOut(file, await render(cpuProfiles, renderer, observations.target.title ?? 'culprit'), 'Flame graph');
}

/** The last read of each thread. Throws RecordingError when there is none. */
async function writeHeapProfile(recording: Recording, file: string): Promise<void> {
  const observations = decode(recording);
  const lastByThread = new Map<number, HeapSamplingRead>();
  for (const read of observations.heapReads) {
    const last = lastByThread.get(read.thread);
    if (!last || read.atMillis >= last.atMillis) lastByThread.set(read.thread, read);
  }
  if (lastByThread.size === 0)
    throw new RecordingError('There is no heap profile in it.', 'Leave `--heap` out for its CPU profile.');
  const { toHeapPprof } = await import('../../report/pprof.ts');
  writeOut(file, toHeapPprof([...lastByThread.values()], subjectOf(observations)), 'Heap profile');
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
  else {
    writeWhole(file, content);
    process.stderr.write(`${what}: ${file}\n`);
  }
}

async function render(
  profiles: CpuProfile[],
  renderer: Exclude<Renderer, 'pprof'>,
  name: string,
): Promise<string> {
  switch (renderer) {
    case 'collapsed':
      return (await import('../../report/flame/collapsed.ts')).toCollapsed(profiles);
    case 'speedscope-json':
      return `${JSON.stringify((await import('../../report/flame/speedscope.ts')).toSpeedscope(profiles, name))}\n`;
    case 'speedscope': {
      const [{ toSpeedscope }, { loadSpeedscopeViewer, renderSpeedscopeHtml }] = await Promise.all([
        import('../../report/flame/speedscope.ts'),
        import('../../report/flame/speedscope-html.ts'),
      ]);
      return renderSpeedscopeHtml(toSpeedscope(profiles, name), await loadSpeedscopeViewer());
    }
    case '0x': {
      const { loadZeroXViewer, renderZeroXHtml } = await import('../../report/flame/zero-x-html.ts');
      return renderZeroXHtml(profiles, name, await loadZeroXViewer());
    }
  }
}
