// Worker threads that compute: which of them have time left, and those that do the same.
import type { CpuSummary } from '../../analysis/cpu/cpu.ts';
import type { ProgramKind } from '../../model/profile-tables.ts';
import { formatCount } from '../../units/units.ts';
import type { Draft } from '../rule.ts';
import { CPU_HOTSPOT } from '../thresholds/cpu.ts';

/** To compute is what a worker thread is for; while it has time left, nobody waits for it for long. */
export function isIdleWorker(
  { thread, busyMicros, durationMicros }: CpuSummary,
  program: ProgramKind | null,
): boolean {
  return program === null && thread !== 0 && busyMicros < durationMicros * CPU_HOTSPOT.leastBusyOfWorker;
}

/** Workers of a pool do the same: one finding, of the thread that does it most. */
export function ofPlaces(drafts: readonly Draft[]): Draft[] {
  const byPlace = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const { function: name, file, line, thread } = draft.subject;
    const key = thread === 0 ? `main ${byPlace.size}` : `${file}:${line} ${name}`;
    byPlace.set(key, [...(byPlace.get(key) ?? []), draft]);
  }
  return [...byPlace.values()].map((same) => {
    const [first, ...others] = same.sort((a, b) => b.impact.value - a.impact.value) as [Draft, ...Draft[]];
    if (others.length === 0) return first;
    const total = same.reduce((sum, { impact }) => sum + impact.value, 0);
    return {
      ...first,
      evidence: [
        ...first.evidence,
        {
          source: 'cpu-profile',
          statement: `${formatCount(others.length, 'other thread')} ${others.length === 1 ? 'does' : 'do'} the same: together ${total.toFixed(1)} cores`,
          value: total,
          unit: 'cores',
        },
      ],
    };
  });
}
