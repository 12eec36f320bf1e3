// The offline list of signals: what a line of a recording may be, and what all lines say once decoded. A new signal is named
// here; `read.ts` of its folder is how the target is asked for it.
import * as v from 'valibot';
import { acceptedSignal } from './accepted/decode.ts';
import { asyncSignal } from './async/decode.ts';
import { censusSignal } from './census/decode.ts';
import { collectionsSignal } from './collections/decode.ts';
import { compilationsSignal } from './compilations/decode.ts';
import { keepAliveSignal } from './keep-alive/decode.ts';
import type { AnyLine, DecodeContext } from './offline-signal.ts';
import { openRequestsSignal } from './open-requests/decode.ts';
import { passiveSignal } from './passive/decode.ts';
import { poolsSignal } from './pools/decode.ts';
import { runtimeSignal } from './runtime/decode.ts';
import { schedulingSignal } from './scheduling/decode.ts';
import { snapshotSignal } from './snapshot/decode.ts';
import { threadPoolSignal } from './thread-pool/decode.ts';
import { turnSignal } from './turn/decode.ts';

const SIGNALS = [
  passiveSignal,
  schedulingSignal,
  runtimeSignal,
  turnSignal,
  asyncSignal,
  acceptedSignal,
  openRequestsSignal,
  collectionsSignal,
  censusSignal,
  compilationsSignal,
  poolsSignal,
  threadPoolSignal,
  keepAliveSignal,
  snapshotSignal,
] as const;

type Signal = (typeof SIGNALS)[number];
type SchemaOf<S> = S extends { schemas: infer All } ? All[keyof All] : never;
type LineSchema = SchemaOf<Signal>;

/** One line of `samples.jsonl`. */
export type SampleLine = v.InferOutput<LineSchema>;

const schemas = new Map<string, LineSchema>(SIGNALS.flatMap((signal) => Object.entries(signal.schemas)));

/** Null: it is no line of any signal, or broken. */
export function checkLine(json: unknown): SampleLine | null {
  const type = typeof json === 'object' && json !== null ? (json as { type?: unknown }).type : undefined;
  const schema = schemas.get(String(type));
  const parsed = schema && v.safeParse(schema, json);
  return parsed?.success ? parsed.output : null;
}

type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void
  ? I
  : never;
/** What the lines of all signals say: each signal gives its own fields. */
export type Decoded = Intersection<ReturnType<Signal['decode']>>;

export function decodeLines(lines: readonly AnyLine[], context: DecodeContext): Decoded {
  return Object.assign({}, ...SIGNALS.map((signal) => signal.decode(lines, context)));
}
