// The text format of Prometheus, version 0.0.4: names in base units, HELP and TYPE before each family, label values escaped.
// https://prometheus.io/docs/instrumenting/exposition_formats/
import { escapeControls } from '../../report/escape.ts';

export interface Family {
  name: string;
  help: string;
  type: 'gauge' | 'counter';
  series: readonly Series[];
}

export interface Series {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** More are left out, and counted: a target that makes up names must not fill a Prometheus. */
export const MOST_SERIES = 5_000;
const LONGEST_LABEL = 120;

/** Families without series are left out. */
export function renderMetrics(families: readonly Family[]): string {
  let left = MOST_SERIES;
  let dropped = 0;
  const parts = families.map((family) => {
    const series = unique(family.series);
    const shown = series.slice(0, left);
    left -= shown.length;
    dropped += series.length - shown.length;
    return renderFamily({ ...family, series: shown });
  });
  const droppedFamily = renderFamily({
    name: 'culprit_watch_series_dropped',
    help: 'Series left out of this page because there are too many.',
    type: 'gauge',
    series: [{ labels: {}, value: dropped }],
  });
  return [...parts, droppedFamily].join('');
}

/** Two names may be cut to the same one; a scrape with a series twice is refused as a whole. */
function unique(series: readonly Series[]): readonly (Series & { text: string })[] {
  const byLabels = new Map(series.map((each) => [labelsText(each.labels), each]));
  return [...byLabels].map(([text, each]) => ({ ...each, text }));
}

type ShownFamily = Omit<Family, 'series'> & { series: readonly (Series & { text?: string })[] };

function renderFamily({ name, help, type, series }: ShownFamily): string {
  if (series.length === 0) return '';
  const lines = series.map(({ labels, text, value }) => `${name}${text ?? labelsText(labels)} ${value}`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
}

function labelsText(labels: Series['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapeLabel = (value: string) =>
  escapeControls(value, LONGEST_LABEL)
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n');
