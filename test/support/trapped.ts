// Proxies that a program may have put around anything: every trap is there, works, and is noted.

/** `calls` has the names of the traps that were called. */
export function trapped<T extends object>(target: T): { proxy: T; calls: string[] } {
  const calls: string[] = [];
  const handler: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(Reflect)) {
    const work: unknown = Reflect.get(Reflect, name);
    if (typeof work !== 'function') continue;
    handler[name] = (...args: unknown[]) => {
      calls.push(name);
      return Reflect.apply(work, Reflect, args);
    };
  }
  return { proxy: new Proxy(target, handler), calls };
}
