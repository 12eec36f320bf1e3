// The reading from outside: a dozen small files of /proc and the cgroup tree. It costs the process nothing.
import { statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { readCgroup } from '../../signals/passive/cgroup.ts';
import type { CgroupSample } from '../../signals/passive/cgroup-wire.ts';
import { readMainTurns } from '../../signals/scheduling/read.ts';
import { readFdLimits, readStat, readStatus } from '../../target/proc/proc.ts';
import { known, readNames, readText } from '../../target/proc/proc-file.ts';
import type { Sighting } from '../follow/slots.ts';
import type { Reading } from './reading.ts';

export interface OutsideLook {
  /** Undefined: this process is gone. Never throws. */
  look(process: Sighting, atMillis: number): Reading | undefined;
}

export interface OutsideRoots {
  procRoot?: string;
  cgroupRoot?: string;
}

/** Processes of one container share their group: it is read once for looks at the same moment. */
export function createOutsideLook({ procRoot = '/proc', cgroupRoot }: OutsideRoots = {}): OutsideLook {
  const groups = new Map<string, { atMillis: number; sample: CgroupSample | undefined }>();

  function groupOf(pid: number, atMillis: number): CgroupSample | undefined {
    const key = known(readText(`${procRoot}/${pid}/cgroup`)) ?? '';
    const before = groups.get(key);
    if (before?.atMillis === atMillis) return before.sample;
    for (const [old, group] of groups) if (group.atMillis !== atMillis) groups.delete(old);
    const sample = readCgroup(pid, procRoot, cgroupRoot);
    groups.set(key, { atMillis, sample });
    return sample;
  }

  return {
    look({ pid, startTicks }, atMillis) {
      const stat = readStat(pid, procRoot);
      if (!stat || stat.startTicks !== startTicks || stat.state === 'Z' || stat.state === 'X')
        return undefined;
      const status = readStatus(pid, procRoot);
      const turns = readMainTurns(pid, procRoot);
      return {
        atMillis,
        rssBytes: status?.rssBytes,
        anonBytes: status?.rssAnonBytes,
        cpuMicros: stat.cpuMicros,
        mainRunMicros: turns?.runMicros,
        mainWaitedMicros: turns?.waitedMicros,
        fdCount: countFds(pid, procRoot),
        fdLimit: readFdLimits(pid, procRoot)?.soft,
        ...ofGroup(groupOf(pid, atMillis), status?.rssAnonBytes),
      };
    },
  };
}

function ofGroup(group: CgroupSample | undefined, anonBytes: number | undefined): Partial<Reading> {
  const machineBytes = totalmem();
  const limit = group?.memoryLimitBytes;
  const isContained = limit !== undefined && limit < machineBytes;
  const used = group?.memoryUsageBytes;
  return {
    memoryLimitBytes: isContained ? limit : machineBytes,
    // Pages of files that nobody uses are given back before anybody is killed.
    memoryUsedBytes:
      isContained && used !== undefined
        ? Math.max(0, used - (group?.memoryInactiveFileBytes ?? 0))
        : anonBytes,
    memoryFullStallMicros: isContained ? group?.memoryFullStallMicros : undefined,
    periods: group?.periods,
    throttledPeriods: group?.throttledPeriods,
    pidsCurrent: group?.pidsCurrent,
    pidsLimit: group?.pidsLimit,
    // Outside of a container, others' kills are counted as well.
    oomKills: isContained ? (group?.oomKillsLocal ?? group?.oomKills) : undefined,
  };
}

/** Kernels from 6.2 on say it as the size of the folder. */
function countFds(pid: number, root: string): number | undefined {
  const path = `${root}/${pid}/fd`;
  try {
    const { size } = statSync(path);
    return size > 0 ? size : known(readNames(path))?.length;
  } catch {
    return undefined;
  }
}
