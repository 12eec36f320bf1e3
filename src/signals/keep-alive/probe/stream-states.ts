// The states of a stream. Newer Nodes keep some fields as accessors of the state's class, which are no code of the program.
import type { Load } from '../../../probe/load.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';

export type StreamStates = (
  stream: object,
  side: 'readable' | 'writable',
  field: 'ended' | 'length' | 'flowing',
) => unknown;

/** Undefined for a stream that has no such side, and where the program has put a state of its own in its place. */
export function createStreamStates(load: Load, { own, isA, prototypeOf }: DataReads): StreamStates {
  const { Readable, Writable } = load('stream') as {
    Readable: { ReadableState?: unknown };
    Writable: { WritableState?: unknown };
  };
  return (stream, side, field) => {
    const state = own(stream, side === 'readable' ? '_readableState' : '_writableState');
    const known = own(state, field);
    if (known !== undefined) return known;
    const maker = side === 'readable' ? Readable.ReadableState : Writable.WritableState;
    if (!isA(state, maker) || prototypeOf(state) !== own(maker, 'prototype')) return undefined;
    return Reflect.get(prototypeOf(state) ?? {}, field, state);
  };
}
