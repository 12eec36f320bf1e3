// The heap limit that Node.js takes by itself, by the memory of its container or machine: as measured, heap_size_limit
// in MB on Linux x64. It is the old space (half of the memory, at least 256 MB, at most 2 GB; 4 GB from 15 GB of memory
// on) and the young generation, which grows with the memory in steps. Containers of 128 MB to 4 GB were measured on Node
// 16 and 18, too: they are as Node 20.
import { MIB } from '../../units/bytes.ts';

interface MeasuredDefault {
  memoryMegabytes: number;
  oldSpaceMegabytes: number;
  /** heap_size_limit by major version. */
  limitMegabytes: Record<20 | 22 | 24 | 26, number>;
}

const MEASURED: readonly MeasuredDefault[] = [
  { memoryMegabytes: 512, oldSpaceMegabytes: 256, limitMegabytes: { 20: 259, 22: 259, 24: 259, 26: 268 } },
  {
    memoryMegabytes: 2_048,
    oldSpaceMegabytes: 1_024,
    limitMegabytes: { 20: 1_048, 22: 1_048, 24: 1_120, 26: 1_072 },
  },
  {
    memoryMegabytes: 8_192,
    oldSpaceMegabytes: 2_048,
    limitMegabytes: { 20: 2_096, 22: 2_096, 24: 2_240, 26: 2_144 },
  },
  {
    memoryMegabytes: 15_360,
    oldSpaceMegabytes: 4_096,
    limitMegabytes: { 20: 4_144, 22: 4_144, 24: 4_288, 26: 4_192 },
  },
];
const LARGEST = MEASURED.at(-1)!;
const [LEAST_OLD_MB, MOST_OLD_MB] = [256, 2_048];

/**
 * heap_size_limit of a process that is given no flag, in bytes. Between two measured sizes of memory the young
 * generation is taken to be that of the larger one, so that it may be a little too much. `major`: 16 to 26; without it, of
 * the version that takes the most.
 */
export function defaultHeapBytes(memoryBytes: number, major?: number): number {
  const memory = memoryBytes / MIB;
  const row = MEASURED.find(({ memoryMegabytes }) => memory <= memoryMegabytes) ?? LARGEST;
  const old =
    memory >= LARGEST.memoryMegabytes
      ? LARGEST.oldSpaceMegabytes
      : Math.min(MOST_OLD_MB, Math.max(LEAST_OLD_MB, memory / 2));
  return (old + limitOf(row, major) - row.oldSpaceMegabytes) * MIB;
}

function limitOf({ limitMegabytes }: MeasuredDefault, major: number | undefined): number {
  if (major === undefined) return Math.max(...Object.values(limitMegabytes));
  if (major <= 20) return limitMegabytes[20];
  if (major <= 22) return limitMegabytes[22];
  return major <= 24 ? limitMegabytes[24] : limitMegabytes[26];
}
