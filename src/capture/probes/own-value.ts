// A part of the probe (see install-probe.ts: sent as text, whole by itself): looking at data of the program without
// calling any of its code.

/** A data property of the value itself; undefined for accessors, proxies and all that is no object. */
export type OwnValue = (value: unknown, key: PropertyKey) => unknown;

export function createOwnValue(load: (id: string) => never): OwnValue {
  const { types }: typeof import('node:util') = load('util');
  return (value, key) =>
    typeof value === 'object' && value !== null && !types.isProxy(value)
      ? Object.getOwnPropertyDescriptor(value, key)?.value
      : undefined;
}
