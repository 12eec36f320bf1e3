// One thing that keeps an event loop alive, in words, with the functions that wait for it.
import type { AliveKind } from '../../../model/keep-alive.ts';
import type { DataReads } from '../objects/data-reads.ts';

export interface AliveThing {
  kind: AliveKind;
  className: string;
  what: string;
  example: string;
  state: string;
  delay: number;
  /** By which name each is held, the most telling first. */
  functions: { through: string; value: object }[];
}

const MAX_TEXT = 200;

/** A thing of which nothing is known but what `more` says. */
export function createThing(
  { classNameOf }: DataReads,
  kind: AliveKind,
  { owner, ...more }: { owner: object } & Partial<AliveThing>,
): AliveThing {
  return {
    kind,
    className: classNameOf(owner) || 'Object',
    what: '',
    example: '',
    state: '',
    delay: -1,
    functions: [],
    ...more,
  };
}

/** At most 200 characters; "" for what is no text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : '';
}
