// When the capture takes a higher step, and what a step may cost. Estimates are for a common server core; they are printed
// before the step and replaced by the measured cost after it.
import { withoutPeaks } from '../../model/memory/floors.ts';
import { MIB } from '../../units/bytes.ts';
import { STEP_COSTS } from '../costs.ts';

/** How fine the profilers look. */
export interface SamplingIntervals {
  cpuMicros: number;
  heapBytes: number;
  /** So much is allocated that sampling it would be felt. */
  isHeapDeferred: boolean;
}

/** V8 walks the stack for each heap sample and follows the object to its end: this many a second cost next to nothing. */
const HEAP_SAMPLES_PER_SECOND = 300;
const FINEST_HEAP_BYTES = 32 * 1024;
const TIGHT_HEAP_BYTES = 128 * 1024;
const COARSEST_HEAP_BYTES = 16 * MIB;

/** The busier the thread, the coarser: there is more to see, and more to lose. */
export function chooseIntervals(
  utilization: number,
  allocatedBytesPerSecond: number,
  isMemoryTight = false,
): SamplingIntervals {
  const heapBytes = Math.max(
    isMemoryTight ? TIGHT_HEAP_BYTES : FINEST_HEAP_BYTES,
    Math.min(COARSEST_HEAP_BYTES, Math.round(allocatedBytesPerSecond / HEAP_SAMPLES_PER_SECOND)),
  );
  // V8 keeps about 130 bytes for each sample until the profile ends.
  const cpuMicros = utilization > SATURATED || isMemoryTight ? 5_000 : utilization > 0.6 ? 2_000 : 1_000;
  return {
    cpuMicros,
    heapBytes,
    isHeapDeferred: utilization > SATURATED && allocatedBytesPerSecond > BUSY_ALLOCATION,
  };
}

/** Measured on a saturated core that allocates 300 MB/s: heap sampling costs 3 %, each read of it 80 ms of throughput. */
const SATURATED = 0.85;
const BUSY_ALLOCATION = 50 * MIB;

/** A pause of no more than this is not felt: it is about a minor collection or two. */
export const UNFELT_MILLIS = 25;

/** Each read of the heap profile makes V8 collect all garbage once. */
export function estimateHeapReadMillis(heapUsedBytes: number): number {
  const { millis, millisPerMegabyte } = STEP_COSTS.heapRead;
  return millis + (heapUsedBytes / MIB) * millisPerMegabyte;
}

/** What a collection that V8 runs beside the program stops it for at worst. */
export function estimateMarkingMillis(heapUsedBytes: number): number {
  const { millis, millisPerMegabyte } = STEP_COSTS.marking;
  return millis + (heapUsedBytes / MIB) * millisPerMegabyte;
}

/** `nodeVersion`: such as v20.11.0; absent: not known, and it may be one of the dearer ones. */
export function estimateProfilerStartMillis(heapUsedBytes: number, nodeVersion = ''): number {
  const isOlder = Number.parseInt(nodeVersion.replace('v', ''), 10) <= 20;
  const { millis, millisPerMegabyte } = isOlder
    ? STEP_COSTS.cpuProfileStartUntil20
    : STEP_COSTS.cpuProfileStart;
  return millis + (heapUsedBytes / MIB) * millisPerMegabyte;
}

/** Listing the scripts, without which it cannot be told where a function begins. */
export function estimateScriptsMillis(heapUsedBytes: number): number {
  const { millis, millisPerMegabyte } = STEP_COSTS.scripts;
  return millis + (heapUsedBytes / MIB) * millisPerMegabyte;
}

/** Switching on the Debugger domain, which alone tells what is compiled. */
export function estimateDebuggerMillis(heapUsedBytes: number): number {
  const { millis, millisPerMegabyte } = STEP_COSTS.debuggerStart;
  return millis + (heapUsedBytes / MIB) * millisPerMegabyte;
}

/**
 * `slowness`: how many times longer than on a common core collections of this very process took. V8 collects several times for a
 * census, and where that would be felt, an estimate that is off by a factor of two does harm.
 */
export function estimateCensusMillis(heapUsedBytes: number, slowness = UNMEASURED_SLOWNESS): number {
  const { millis, millisPerMegabyte } = STEP_COSTS.census;
  const estimate = (millis + (heapUsedBytes / MIB) * millisPerMegabyte) * slowness;
  return estimate > FELT_MILLIS ? estimate * CENSUS_SAFETY : estimate;
}
/**
 * Where no collection of this process was measured: with one core or less, the threads that mark for V8 take turns with the
 * program (264 ms for 9 MB, where a machine with free cores takes 80).
 */
const UNMEASURED_SLOWNESS = 2;
const FELT_MILLIS = 100;
const CENSUS_SAFETY = 2;

export function estimateCensusBytes(heapUsedBytes: number): number {
  const { bytes, bytesPerByte } = STEP_COSTS.census;
  return bytes + heapUsedBytes * bytesPerByte;
}

const lasting = (floors: readonly number[]) => withoutPeaks(floors, (bytes) => bytes);

/** Part of the heap that its floor must have risen by before a census is worth its pause: the larger, the dearer. */
const LEAST_RISE_SHARE = 1 / 200;
const LEAST_RISE_BYTES = 160 * 1024;

/** Worth a snapshot, which is the dearest look of all: by more than caches of the VM and compiled code make of it. */
export function isClearlyRising(all: readonly number[]): boolean {
  const floors = lasting(all);
  const [first, last] = [floors[0] ?? 0, floors.at(-1) ?? 0];
  return isFloorRising(floors) && last - first > Math.max(CLEAR_RISE_BYTES, first * CLEAR_RISE_SHARE);
}
const CLEAR_RISE_BYTES = MIB;
const CLEAR_RISE_SHARE = 1 / 50;

/**
 * Worth what is dear: a census, or watching promises, which slows each await for good. It rises clearly, and by more than it falls
 * between two collections. What V8's own leave in a busy server goes up and down by half.
 */
export function isPlainlyRising(floors: readonly number[]): boolean {
  const falls = floors.slice(1).map((floor, i) => floors[i]! - floor);
  const rise = floors.at(-1)! - floors[0]!;
  return isClearlyRising(floors) && rise > Math.max(...falls) * RISE_TO_FALL;
}
const RISE_TO_FALL = 2;

/**
 * Worth a closer look. What V8 leaves after a collection of its own swings by what died while it was marking, so that one high
 * number says nothing: the last few have to lie above all that came before, or three have to rise by much.
 */
export function mayBeRising(all: readonly number[]): boolean {
  const floors = lasting(all);
  if (floors.length < 3) return false;
  if (floors.length === 3) {
    const [first, second, third] = floors as [number, number, number];
    const isLarge = third - first > Math.max(LARGE_RISE_BYTES, first * EARLY_SHARE);
    return isLarge && Math.min(second - first, third - second) > CLOSER_BYTES;
  }
  const isFew = floors.length < FEW_FLOORS;
  const many = isFew ? 2 : 3;
  const earlier = floors.slice(0, -many);
  const recent = Math.min(...floors.slice(-many));
  const lowest = Math.min(...earlier);
  const above = recent - Math.max(...earlier);
  // Where the very first alone was low, the program had just started.
  return (
    recent - lowest > Math.max(CLOSER_BYTES, lowest * CLOSER_SHARE) &&
    above > (isFew ? (recent - lowest) * STILL_SHARE : 0)
  );
}
/** Whether the last one lies above the lowest before: a rise, or what a burst had in hand. */
export function isLastHigh(floors: readonly number[]): boolean {
  const lowest = Math.min(...floors.slice(0, -1));
  return floors.length > 1 && floors.at(-1)! - lowest > Math.max(CLOSER_BYTES, lowest * CLOSER_SHARE);
}

/** Of fewer the last two, else the last three. */
const FEW_FLOORS = 6;
const LARGE_RISE_BYTES = MIB;
const EARLY_SHARE = 1 / 50;
const STILL_SHARE = 0.25;
const CLOSER_BYTES = 256 * 1024;
const CLOSER_SHARE = 1 / 100;

/** Resident memory, one number a second: coming to a process and profiling it takes some megabytes at first. */
export function isMemoryRising(residentBytes: readonly number[]): boolean {
  const recent = residentBytes.slice(SETTLING_LOOKS).slice(-MEMORY_LOOKS);
  if (recent.length < MEMORY_LOOKS) return false;
  const steps = recent.slice(1).map((value, i) => value - recent[i]!);
  // V8 enlarges its young generation in one step.
  const rise = recent.at(-1)! - recent[0]! - Math.max(...steps);
  const late = recent.at(-1)! - recent[MEMORY_LOOKS >> 1]!;
  const rising = steps.filter((step) => step > LEAST_STEP_BYTES).length;
  return rising >= MEMORY_LOOKS / 2 && rise > LEAST_MEMORY_RISE_BYTES && late > rise * 0.25;
}

/** It did so some seconds ago, too: a program that has just started takes memory in a few large steps. */
export function isMemoryStillRising(residentBytes: readonly number[]): boolean {
  return isMemoryRising(residentBytes) && isMemoryRising(residentBytes.slice(0, -LATER_LOOKS));
}
const LATER_LOOKS = 4;
const SETTLING_LOOKS = 5;
const MEMORY_LOOKS = 8;
const LEAST_STEP_BYTES = 64 * 1024;
const LEAST_MEMORY_RISE_BYTES = 3 * MIB;

/** Memory that V8 knows of outside the heap, after each full GC: it rises clearly, and never falls back. WebAssembly takes it in steps. */
export function isExternalRising(floors: readonly number[]): boolean {
  const [first, last] = [floors[0] ?? 0, floors.at(-1) ?? 0];
  const steps = floors.slice(1).filter((floor, i) => floor > floors[i]!).length;
  return steps >= LEAST_EXTERNAL_STEPS && last === Math.max(...floors) && last - first > LEAST_EXTERNAL_RISE;
}
const LEAST_EXTERNAL_STEPS = 2;
const LEAST_EXTERNAL_RISE = 4 * MIB;

/**
 * Does the heap rise after every full GC, as far as was seen, and still? `floors` are bytes in use after each, oldest
 * first. A process that warms up rises by some hundred KB, and stops.
 */
export function isFloorRising(all: readonly number[]): boolean {
  const floors = lasting(all);
  if (floors.length < LEAST_FLOORS) return false;
  // The first read comes right after the profiler's own start.
  const seen = floors.slice(floors.length > 4 ? 1 : 0);
  const rise = seen.at(-1)! - seen[0]!;
  const steps = seen.slice(1).map((floor, i) => floor - seen[i]!);
  const least = seen[0]! * LEAST_RISE_SHARE;
  // One that happens to be the highest is chance where floors scatter, and so is one high step; few that never fall seldom are.
  if (floors.length < FEW_FLOORS)
    return steps.every((step) => step > 0) && rise - Math.max(...steps) > Math.max(STEADY_RISE_BYTES, least);
  const isHighest = Math.min(...seen.slice(-2)) >= Math.max(...seen.slice(0, -2));
  const upwards = steps.filter((step) => step > 0).length;
  return (
    rise > Math.max(LEAST_RISE_BYTES, least, -Math.min(...steps)) &&
    upwards >= steps.length * RISING_STEPS &&
    isHighest
  );
}
const LEAST_FLOORS = 3;
const STEADY_RISE_BYTES = MIB / 2;
const RISING_STEPS = 0.6;

/**
 * Each request costs clearly more CPU time than it did, one number a second: something that is walked may have grown by too
 * little memory to show.
 */
export function isCostRising(millis: readonly number[]): boolean {
  const settled = millis.slice(SETTLING_LOOKS);
  if (settled.length < 2 * COST_LOOKS) return false;
  const early = middleOf(settled.slice(0, COST_LOOKS));
  const late = settled.slice(-COST_LOOKS);
  return middleOf(late) > early * COST_RISE && Math.min(...late) > early;
}
const COST_LOOKS = 4;
const COST_RISE = 1.3;

/**
 * Descriptors become more and more, one number a second: where native code opens them, only the collection that their owners are
 * kept in has a place.
 */
export function isCountRising(counts: readonly number[]): boolean {
  const recent = counts.slice(SETTLING_LOOKS).slice(-COUNT_LOOKS);
  if (recent.length < COUNT_LOOKS) return false;
  const steps = recent.slice(1).map((count, i) => count - recent[i]!);
  return steps.filter((step) => step > 0).length >= steps.length - 1 && Math.min(...steps) >= 0;
}
const COUNT_LOOKS = 8;

const middleOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!;
