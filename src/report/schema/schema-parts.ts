// Pieces that JSON Schemas are built from. The compiler checks that every field of a type is there and that optional
// fields are.

/** A JSON Schema, or a part of one. */
export type JsonSchema = { [keyword: string]: unknown };

type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];
type RequiredPart<T> = { [K in Exclude<keyof T, OptionalKeys<T>>]: JsonSchema };
type OptionalPart<T> = { [K in OptionalKeys<T>]: JsonSchema };

export const string: JsonSchema = { type: 'string' };
export const text: JsonSchema = { type: 'string', minLength: 1 };
export const number: JsonSchema = { type: 'number' };
export const amount: JsonSchema = { type: 'number', minimum: 0 };
export const share: JsonSchema = { type: 'number', minimum: 0, maximum: 1 };
export const count: JsonSchema = { type: 'integer', minimum: 0 };
export const ordinal: JsonSchema = { type: 'integer', minimum: 1 };
export const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
export const oneOf = (values: readonly string[]): JsonSchema => ({ enum: [...values] });
/** Takes a record, not a list, so that the compiler misses a member that was added to the type. */
export const oneOfAll = <T extends string>(members: Record<T, unknown>): JsonSchema =>
  oneOf(Object.keys(members));
export const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });

/** Fields get added within a version, so unknown ones are always allowed. */
export function object<T>(required: RequiredPart<T>, optional: OptionalPart<T>): JsonSchema {
  return { type: 'object', properties: { ...required, ...optional }, required: Object.keys(required) };
}
