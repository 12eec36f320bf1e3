// Which numbers stand in which panel of the timeline, and how they are written. Pure data.
import type { Series, SeriesName, Timeline } from '../../../model/report/pictures.ts';
import { formatBytes, formatDuration, formatNumber, formatShare } from '../../../units/units.ts';

/** An area is drawn on top of the one before it. */
export type LineForm = 'line' | 'dots' | 'area' | 'bars';

export interface PanelLine {
  label: string;
  /** Which colour of the page: 1 is the one that matters. */
  color: 1 | 2 | 3;
  form: LineForm;
  points: Series['points'];
  /** 0 is the main thread, or the whole process. */
  thread: number;
}

export interface Panel {
  title: string;
  /** In words, for who does not see it. */
  summary: string;
  lines: PanelLine[];
  /** The upper end of the scale, which begins at 0. */
  top: number;
  format(value: number): string;
  /** The main thread's event loop: where it was held is marked strongly. */
  isLoop: boolean;
}

interface PanelPlan {
  title: string;
  lines: [name: SeriesName, label: string, color: PanelLine['color'], form: LineForm][];
  format(value: number): string;
  /** The scale goes at least to there. */
  least?: number;
  isLoop?: boolean;
}

const perSecond = (value: number) => `${formatNumber(value)}/s`;

const PLANS: readonly PanelPlan[] = [
  {
    title: 'Heap',
    lines: [
      ['heap-used', 'in use', 2, 'line'],
      ['heap-after-gc', 'after GC', 1, 'dots'],
    ],
    format: formatBytes,
  },
  {
    title: 'Memory (RSS)',
    lines: [
      ['rss-anonymous', 'anonymous', 1, 'area'],
      ['rss-file', 'mapped files', 3, 'area'],
      ['external', 'buffers', 2, 'line'],
    ],
    format: formatBytes,
  },
  {
    title: 'Event loop delay',
    lines: [
      ['loop-delay-longest', 'longest', 2, 'bars'],
      ['loop-delay', 'median', 1, 'line'],
    ],
    format: formatDuration,
    least: 20,
    isLoop: true,
  },
  { title: 'Event loop busy', lines: [['loop-busy', 'main', 1, 'line']], format: formatShare, least: 1 },
  {
    title: 'CPU',
    lines: [['cpu', 'cores', 1, 'line']],
    format: (value) => `${formatNumber(value)} ${value === 1 ? 'core' : 'cores'}`,
    least: 1,
  },
  {
    title: 'Garbage collection',
    lines: [['gc-pauses', 'pauses', 2, 'bars']],
    format: (value) => `${formatDuration(value)}/s`,
    least: 20,
  },
  { title: 'Requests answered', lines: [['requests', 'requests', 1, 'line']], format: perSecond, least: 1 },
  {
    title: 'Handles, files, threads',
    lines: [
      ['handles', 'handles', 1, 'line'],
      ['fds', 'file descriptors', 2, 'line'],
      ['threads', 'threads', 3, 'line'],
    ],
    format: formatNumber,
    least: 10,
  },
];

/** Panels in which something is known. `threadNames` by number. */
export function timelinePanels(
  { series }: Pick<Timeline, 'series'>,
  threadNames: ReadonlyMap<number, string> = new Map(),
): Panel[] {
  return PLANS.flatMap((plan): Panel[] => {
    const lines = plan.lines.flatMap(([name, label, color, form]) =>
      series
        .filter((each) => each.name === name)
        .map(({ thread, points }): PanelLine => {
          const of = thread === 0 ? label : (threadNames.get(thread) ?? `thread ${thread}`);
          return {
            label: of,
            color: thread === 0 ? color : 3,
            form: thread === 0 ? form : 'line',
            points,
            thread,
          };
        }),
    );
    if (lines.length === 0) return [];
    lines.sort((a, b) => a.thread - b.thread);
    const { title, format, least = 0, isLoop = false } = plan;
    const top = niceTop(Math.max(least, ...lines.map(({ points }) => most(points)), stackedTop(lines)));
    const summary = `${title}: ${lines.map((line) => lineSummary(line, format)).join('; ')}.`;
    return [{ title, summary, lines, top, format, isLoop }];
  });
}

function lineSummary({ label, points }: PanelLine, format: (value: number) => string): string {
  const [first, last] = [points[0]?.[1] ?? 0, points.at(-1)?.[1] ?? 0];
  return `${label} from ${format(first)} to ${format(last)}, at most ${format(most(points))}`;
}

const most = (points: Series['points']) => Math.max(0, ...points.map(([, value]) => value));

function stackedTop(lines: readonly PanelLine[]): number {
  const areas = lines.filter(({ form }) => form === 'area');
  return areas.reduce((sum, { points }) => sum + most(points), 0);
}

/** The next of 1, 2, 2.5, 5 times a power of ten. */
export function niceTop(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((each) => each * power >= value * 0.999) ?? 10;
  return step * power;
}

/** The value at a time: of the last point before it, or of the first one. Undefined where there is none. */
export function valueAt(points: Series['points'], millis: number): number | undefined {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]![0] <= millis) low = middle + 1;
    else high = middle;
  }
  return (points[low - 1] ?? points[0])?.[1];
}
