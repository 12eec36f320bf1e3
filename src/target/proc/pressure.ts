// Pressure stall information, of the machine (/proc/pressure) or of a cgroup (its *.pressure files): how long tasks waited for a
// CPU, memory or a disk. https://docs.kernel.org/accounting/psi.html
import { known, readText } from './proc-file.ts';

/** Time in which some, and in which all, tasks waited for the resource: microseconds in all. Absent: not counted here. */
export function readPressure(path: string): { some?: number; full?: number } {
  const text = known(readText(path)) ?? '';
  const total = (which: string) => {
    const found = new RegExp(`^${which} .*total=(\\d+)`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return { some: total('some'), full: total('full') };
}
