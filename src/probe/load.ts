// How the probe gets Node's built-in modules inside the target.

/** `require`, or what stands in for it. */
export type Load = (id: string) => never;

/** ES modules have no `require`, and the command line API lacks it in workers. Undefined: there is no way in. */
export function findLoad(requireOrNothing: Load | undefined): Load | undefined {
  const host = process as { getBuiltinModule?: unknown; mainModule?: { require: unknown } };
  const found = requireOrNothing ?? host.getBuiltinModule ?? host.mainModule?.require;
  return typeof found === 'function' ? (found as Load) : undefined;
}
