import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, test } from 'vitest';
import type { HeapSamplingRead } from '../../src/model/memory/heap-sampling.ts';
import { toCpuPprof, toHeapPprof } from '../../src/report/pprof.ts';
import { buildCpuProfile, buildFrame, HOSTILE_NAME } from './build-report.ts';

const serve = buildFrame('serve', { file: 'src/server.ts', line: 10, column: 5 });
const order = buildFrame('handleOrder', { file: 'src/orders.ts', line: 42, column: 3 });
const nameless = (line: number) => buildFrame('(anonymous)', { file: 'src/orders.ts', line, column: 7 });
const main = buildCpuProfile([
  { frames: [serve, order], micros: 4000.5 },
  { frames: [serve, nameless(50)], micros: 250 },
  { frames: [serve, order], micros: 1000 },
  { frames: [serve, nameless(60)], micros: 750 },
  { frames: [], micros: 2000, state: 'idle' },
  { frames: [], micros: 300, state: 'gc' },
  { frames: [], micros: 200, state: 'program' },
]);
const worker = buildCpuProfile([{ frames: [order], micros: 700 }], { thread: 3, threadName: 'mailer' });
const subject = { title: 'shop', startedAtMillis: Date.UTC(2026, 0, 2, 3, 4, 5) };

/** What a reader sees: stacks as "inner <- outer", with values and label; and everything beside them as text. */
function read(bytes: Uint8Array) {
  const profile = Profile.decode(gunzipSync(bytes));
  const text = (index: number | bigint) => profile.stringTable.strings[Number(index)]!;
  const functionOf = new Map(profile.function.map((one) => [one.id, one]));
  const locationOf = new Map(profile.location.map((one) => [one.id, one]));
  const nameOf = (id: number | bigint) => {
    const { functionId, line } = locationOf.get(id)!.line[0]!;
    const { name, filename } = functionOf.get(functionId)!;
    return `${text(name)}@${text(filename)}:${line}`;
  };
  return {
    profile,
    text,
    types: profile.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
    defaultType: text(profile.defaultSampleType),
    comments: profile.comment.map(text),
    samples: profile.sample.map(({ locationId, value, label }) => ({
      stack: locationId.map(nameOf).join(' <- '),
      values: value.map(Number),
      labels: label.map(({ key, str }) => `${text(key)}=${text(str)}`),
    })),
  };
}

describe('a CPU profile for pprof', () => {
  const decoded = read(toCpuPprof([main, worker], subject));

  test('counts samples and nanoseconds, the latter by default', () => {
    expect(decoded.types).toEqual(['samples/count', 'cpu/nanoseconds']);
    expect(decoded.defaultType).toBe('cpu');
  });

  test('has every stack once, innermost first, with file, line and thread', () => {
    const at = (stack: string, values: number[], thread = 'main') => ({
      stack,
      values,
      labels: [`thread=${thread}`],
    });
    expect(decoded.samples).toEqual([
      at('handleOrder@src/orders.ts:42 <- serve@src/server.ts:10', [2, 5_000_500]),
      at('(anonymous src/orders.ts:50:7)@src/orders.ts:50 <- serve@src/server.ts:10', [1, 250_000]),
      at('(anonymous src/orders.ts:60:7)@src/orders.ts:60 <- serve@src/server.ts:10', [1, 750_000]),
      at('(garbage collector)@:0', [1, 300_000]),
      at('(program)@:0', [1, 200_000]),
      at('handleOrder@src/orders.ts:42', [1, 700_000], 'mailer (thread 3)'),
    ]);
  });

  test('adds up to the profile without its idle time, which a comment tells', () => {
    const nanos = decoded.samples.reduce((sum, { values }) => sum + values[1]!, 0);
    const all = [main, worker].reduce((sum, { durationMicros }) => sum + durationMicros, 0);
    expect(nanos).toBe((all - 2_000) * 1_000);
    expect(decoded.comments).toEqual([
      'shop',
      'exported by culprit',
      'idle time was left out: 2000 microseconds',
    ]);
  });

  test('knows when it was taken, how long, and how often', () => {
    const { timeNanos, durationNanos, period, periodType } = decoded.profile;
    expect(BigInt(timeNanos)).toBe(BigInt(subject.startedAtMillis) * 1_000_000n);
    expect(Number(durationNanos)).toBe(8_500_500);
    expect(Number(period)).toBe(1_000_000);
    expect(decoded.text(periodType!.unit)).toBe('nanoseconds');
  });

  test('says no time where none is known', () => {
    expect(Number(read(toCpuPprof([main], { ...subject, startedAtMillis: null })).profile.timeNanos)).toBe(0);
  });

  test('is the same bytes for the same profile', () => {
    expect(toCpuPprof([main, worker], subject)).toEqual(toCpuPprof([main, worker], subject));
  });

  test('keeps hostile names as bounded text', () => {
    const frame = buildFrame(HOSTILE_NAME, { file: 'x'.repeat(1 << 20), line: 1 });
    const { profile } = read(toCpuPprof([buildCpuProfile([{ frames: [frame], micros: 1 }])], subject));
    expect(profile.stringTable.strings.filter((text) => /[\x1b\n\u202e]/u.test(text))).toEqual([]);
    expect(Math.max(...profile.stringTable.strings.map((text) => text.length))).toBeLessThan(500);
  });

  test('of nothing is a profile of nothing', () => {
    expect(read(toCpuPprof([], subject)).samples).toEqual([]);
  });
});

describe('a heap profile for pprof', () => {
  const of = (thread: number, atMillis: number, bytes: number): HeapSamplingRead => ({
    thread,
    atMillis,
    stacks: [
      { frames: [order, serve], liveBytes: bytes },
      { frames: [], liveBytes: 16 },
    ],
  });
  const decoded = read(toHeapPprof([of(0, 5_000, 2 ** 33), of(2, 4_000, 100)], subject));

  test('has live bytes, and claims no number of objects', () => {
    expect(decoded.types).toEqual(['space/bytes']);
    expect(decoded.defaultType).toBe('space');
  });

  test('adds up to the reads, by stack and thread', () => {
    expect(decoded.samples.map(({ stack, values, labels }) => [stack, ...values, ...labels])).toEqual([
      ['handleOrder@src/orders.ts:42 <- serve@src/server.ts:10', 2 ** 33, 'thread=main'],
      ['', 16, 'thread=main'],
      ['handleOrder@src/orders.ts:42 <- serve@src/server.ts:10', 100, 'thread=thread 2'],
      ['', 16, 'thread=thread 2'],
    ]);
  });

  test('is of the moment of the last read', () => {
    expect(BigInt(decoded.profile.timeNanos)).toBe(BigInt(subject.startedAtMillis + 5_000) * 1_000_000n);
  });
});
