// What a recording has lost, where that decides what can be judged: files that are damaged or missing, and an end that is not
// there.
import type { Facts } from '../analysis/facts.ts';
import { secondsOf } from '../units/units.ts';

/** Why nothing that a CPU profile shows is judged. */
export function sayNoCpuProfile({ observations }: Facts): string {
  const lost = observations.capture.files.find((file) => file.kind === 'cpu-profile' && file.lost);
  return lost ? `the CPU profile is ${lost.lost}` : 'no CPU profile';
}

/** Why silence says nothing: a part of the recording is not there. undefined: it is whole, as far as can be told. */
export function cutReason({ observations }: Facts): string | undefined {
  for (const warning of observations.warnings) {
    if (warning.code === 'samples-cut')
      return `The recording is cut off: its samples cover ${secondsOf(warning.seenMillis, warning.durationMillis)} of the capture, and the rest is not known.`;
    if (warning.code === 'archive-cut')
      return 'The recording is cut off: the end of its archive is missing, and nothing was found in what is there.';
    if (warning.code === 'samples-missing')
      return 'The recording has no samples.jsonl: it shows neither counters nor growth.';
    if (warning.code === 'inspector-closed' && observations.cpuProfiles.length === 0)
      return 'The inspector of the process was closed during the capture: there is no CPU profile, and nothing was found in the rest.';
  }
  return undefined;
}
