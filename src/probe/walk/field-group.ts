// Values that belong together: what one function closes over, or what one object keeps. And single places, with what holds them.
import type { ProbeHolder } from '../probe-protocol.ts';
import type { Above } from './visit-queue.ts';

export interface FieldGroup {
  /** `own` properties of the owner, its `private` ones, or variables of a scope around it. */
  kind: 'own' | 'private' | 'scope';
  owner: object;
  /** The class of the owner, or the function's name. */
  of: string;
  /** Which of the scopes around the function, the innermost being 0. */
  scope: number;
  fields: Record<string, unknown>;
}

export type FieldVisitor = (group: FieldGroup) => void;

/** A text, or an object that links to another of its kind, and the place that holds it. */
export interface HeldPlace {
  value: unknown;
  holder: ProbeHolder;
  /** The object with the property, or the function that closes over the variable. */
  owner: object;
  /** How that one is held in its turn. */
  above?: Above | undefined;
}

export type PlaceVisitor = (place: HeldPlace) => void;
