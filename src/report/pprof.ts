// CPU and heap profiles as gzip'd profile.proto, what `go tool pprof`, Pyroscope, Parca and others read
// (https://github.com/google/pprof/blob/main/proto/profile.proto).
import { gzipSync } from 'node:zlib';
import { Location, Profile, Function as ProfileFunction, Sample, StringTable, ValueType } from 'pprof-format';
import type { CpuProfile } from '../model/cpu-profile.ts';
import type { Frame } from '../model/frame.ts';
import type { HeapSamplingRead } from '../model/memory/heap-sampling.ts';
import { escapeControls } from './escape.ts';
import { threadLabel } from './flame/frame-text.ts';
import { timedStacks } from './flame/timed-stacks.ts';

/** What a profile is about, where it is known. */
export interface PprofSubject {
  title: string;
  /** When the capture began, in milliseconds since 1970; null: unknown. */
  startedAtMillis: number | null;
}

/**
 * Sample types are samples/count and cpu/nanoseconds (the default); every sample has its thread as the label
 * "thread". Idle time is no CPU time and is left out, as a comment says; "(program)" and "(garbage collector)" are
 * functions without a file. Times are in whole nanoseconds, a stack's samples added up.
 */
export function toCpuPprof(profiles: readonly CpuProfile[], subject: PprofSubject): Uint8Array {
  const builder = createBuilder(subject, [
    ['samples', 'count'],
    ['cpu', 'nanoseconds'],
  ]);
  let idleMicros = 0;
  for (const profile of profiles) {
    const costs = new Map<readonly Frame[], { count: number; micros: number }>();
    for (const { frames, state, micros, count } of timedStacks(profile)) {
      const cost = costs.get(frames) ?? { count: 0, micros: 0 };
      if (state === 'idle') idleMicros += micros;
      else costs.set(frames, { count: cost.count + count, micros: cost.micros + micros });
    }
    for (const [frames, { count, micros }] of costs)
      builder.add(frames.toReversed(), [count, Math.round(micros * 1_000)], threadLabel(profile));
  }
  const durationMicros = Math.max(0, ...profiles.map((profile) => profile.durationMicros));
  return builder.finish({
    comment: `idle time was left out: ${Math.round(idleMicros)} microseconds`,
    startedAtMillis: subject.startedAtMillis,
    durationNanos: Math.round(durationMicros * 1_000),
    period: Math.round((profiles[0]?.intervalMicros ?? 0) * 1_000),
  });
}

/**
 * Live bytes by the stack that allocated them, of one read a thread: space/bytes. How many objects they are is not
 * known, so there is no objects/count.
 */
export function toHeapPprof(reads: readonly HeapSamplingRead[], subject: PprofSubject): Uint8Array {
  const builder = createBuilder(subject, [['space', 'bytes']]);
  for (const { stacks, thread } of reads) {
    for (const { frames, liveBytes } of stacks)
      builder.add(frames, [Math.round(liveBytes)], thread === 0 ? 'main' : `thread ${thread}`);
  }
  const atMillis = Math.max(0, ...reads.map((read) => read.atMillis));
  return builder.finish({
    comment: 'live bytes after a full garbage collection',
    startedAtMillis: subject.startedAtMillis === null ? null : subject.startedAtMillis + atMillis,
  });
}

interface Ending {
  comment: string;
  startedAtMillis: number | null;
  durationNanos?: number;
  /** In the unit of the last sample type; 0 or absent: unknown. */
  period?: number;
}

/** Strings, functions, locations and samples, each numbered once. */
function createBuilder(subject: PprofSubject, sampleTypes: [type: string, unit: string][]) {
  const stringTable = new StringTable();
  const text = (value: string) => stringTable.dedup(value);
  const valueTypes = sampleTypes.map(([type, unit]) => new ValueType({ type: text(type), unit: text(unit) }));
  const functions: ProfileFunction[] = [];
  const locations: Location[] = [];
  const samples: Sample[] = [];
  const idByKey = new Map<string, number>();

  /** A function and its location have the same number: V8 does not say which line of it a sample was in. */
  function idOf(frame: Frame): number {
    const key = JSON.stringify([frame.functionName, frame.file, frame.line, frame.column]);
    const known = idByKey.get(key);
    if (known !== undefined) return known;
    const id = functions.length + 1;
    const line = frame.line ?? 0;
    functions.push(
      new ProfileFunction({
        id,
        name: text(functionName(frame)),
        systemName: text(escapeControls(frame.functionName)),
        filename: text(frame.file === null ? '' : escapeControls(frame.file)),
        startLine: line,
      }),
    );
    locations.push(new Location({ id, line: [{ functionId: id, line, column: frame.column ?? 0 }] }));
    idByKey.set(key, id);
    return id;
  }

  /** `frames` innermost first, as the format has them. */
  function add(frames: readonly Frame[], value: number[], thread: string): void {
    const label = [{ key: text('thread'), str: text(thread) }];
    samples.push(new Sample({ locationId: frames.map(idOf), value, label }));
  }

  function finish({ comment, startedAtMillis, durationNanos = 0, period = 0 }: Ending): Uint8Array {
    const comments = [escapeControls(subject.title), 'exported by culprit', comment].filter(Boolean);
    const profile = new Profile({
      sampleType: valueTypes,
      sample: samples,
      location: locations,
      function: functions,
      stringTable,
      timeNanos: startedAtMillis === null ? 0 : BigInt(Math.round(startedAtMillis)) * 1_000_000n,
      durationNanos,
      ...(period > 0 && { periodType: valueTypes.at(-1), period }),
      comment: comments.map(text),
      defaultSampleType: text(sampleTypes.at(-1)![0]),
    });
    return gzipSync(profile.encode());
  }

  return { add, finish };
}

/** Readers add up what has one name, whatever its file: nameless functions are told apart by their place. */
function functionName({ functionName, file, line, column }: Frame): string {
  if (functionName !== '(anonymous)' || file === null) return escapeControls(functionName);
  const place = [escapeControls(file), line, column].filter((part) => part !== null);
  return `(anonymous ${place.join(':')})`;
}
