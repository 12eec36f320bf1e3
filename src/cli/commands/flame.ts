// `culprit flame`: a recording's CPU profiles in a viewer that people know. The viewers are heavy and load here only.
import { decode } from '../../diagnose.ts';
import { RecordingError, UsageError } from '../../errors.ts';
import type { CpuProfile } from '../../model/cpu-profile.ts';
import { readAnything } from '../../recording/foreign.ts';
import type { Recording } from '../../recording/reader.ts';
import { writeWhole } from '../output.ts';

const RENDERERS = ['speedscope', '0x', 'collapsed', 'speedscope-json'] as const;
type Renderer = (typeof RENDERERS)[number];

interface FlameOptions {
  renderer: string;
  out?: string;
}

export async function flameCommand(path: string, options: FlameOptions): Promise<void> {
  const renderer = RENDERERS.find((name) => name === options.renderer);
  if (!renderer)
    throw new UsageError(
      `There is no renderer "${options.renderer}".`,
      `Give one of ${RENDERERS.join(', ')}.`,
    );
  const isText = renderer === 'collapsed' || renderer === 'speedscope-json';
  const file =
    options.out ??
    (isText ? '-' : `${path.replace(/[/\\]+$/, '').replace(/\.(tgz|tar\.gz|cpuprofile)$/, '')}.flame.html`);
  await writeFlame(await readAnything(path), renderer, file);
}

/** Writes to `file`, or to standard output for "-". Throws RecordingError when there is no CPU profile. */
export async function writeFlame(recording: Recording, renderer: Renderer, file: string): Promise<void> {
  const { cpuProfiles, target } = decode(recording);
  if (cpuProfiles.length === 0)
    throw new RecordingError('There is no CPU profile in it.', 'A heap profile has no flame graph of time.');
  const text = await render(cpuProfiles, renderer, target.title ?? 'culprit');
  if (file === '-') process.stdout.write(text);
  else {
    writeWhole(file, text);
    process.stderr.write(`Flame graph: ${file}\n`);
  }
}

async function render(profiles: CpuProfile[], renderer: Renderer, name: string): Promise<string> {
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
