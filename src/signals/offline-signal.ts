// What the offline half of a signal is: the shapes of its lines in a recording, and what they mean.
import type * as v from 'valibot';
import type { FrameResolver, RawSources } from '../model/decode/frame-resolver.ts';

/** What turns stacks into frames. */
export interface PlaceContext {
  resolver: FrameResolver;
  sources: RawSources;
  /** The script name that our probe runs under: its frames are dropped. */
  ownUrl: string;
}

/** What decoding may need beside the lines. */
export interface DecodeContext extends PlaceContext {
  /** Descriptors that our own inspector session adds to the process. */
  ownFds: number;
}

/** Any line, before it is known whose. */
export interface AnyLine {
  type: string;
}

type LineSchema<Type extends string> = v.GenericSchema<unknown, { type: Type }>;
type Schemas = { [type: string]: LineSchema<string> };

/** All lines of one type, in the order of their time. */
export type LinesOf<S extends Schemas> = <T extends keyof S>(type: T) => v.InferOutput<S[T]>[];

/** `decode` returns its fields of `Observations`. */
export function offlineSignal<S extends Schemas, D extends object>(
  schemas: S,
  decode: (of: LinesOf<S>, context: DecodeContext) => D,
) {
  return {
    schemas,
    decode: (lines: readonly AnyLine[], context: DecodeContext): D =>
      decode(
        (type) => lines.filter((line): line is v.InferOutput<S[typeof type]> & AnyLine => line.type === type),
        context,
      ),
  };
}
