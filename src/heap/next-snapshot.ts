// What the snapshots that were given leave open, and the command that would settle it.
import type { HeapReport } from '../model/heap/heap-report.ts';

/** A word of a command line, as a shell takes it. */
const asWord = (path: string) =>
  /^[\w./@:+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;

/** Three snapshots of one program leave nothing open. */
export function nextSnapshot({
  verdict,
  snapshots,
}: Pick<HeapReport, 'verdict' | 'snapshots'>): Pick<HeapReport, 'nextMeasurement'> {
  if (verdict === 'different-programs')
    return {
      nextMeasurement: {
        unknown: 'Whether anything grows: the snapshots are not of one program.',
        command: 'culprit diagnose <pid> --duration 60s --snapshot force',
      },
    };
  if (snapshots.length > 2) return {};
  const given = snapshots.map(({ path }) => asWord(path)).join(' ');
  const unknown =
    verdict === 'one-snapshot'
      ? 'Whether anything grows: one snapshot is one moment.'
      : 'Whether the growth continues: two snapshots cannot tell a leak from a warm-up.';
  return { nextMeasurement: { unknown, command: `culprit heap ${given} <later>.heapsnapshot` } };
}
