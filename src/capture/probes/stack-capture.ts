// A part of the probe (see install-probe.ts: sent as text, whole by itself): catching the stack that led here, raw,
// whatever the program has done to Error.

import type { ProbeFrame } from './probe-protocol.ts';

/** A frame is [functionName, url, line, column], 0-based. */
export type StackCapture = (below: (...args: never[]) => unknown) => ProbeFrame[];

/** Leaves Error as it was found after each call. Never throws; a stack that cannot be had is empty. */
export function createStackCapture(): StackCapture {
  const define = (name: string, descriptor: PropertyDescriptor) =>
    Object.defineProperty(Error, name, descriptor);
  const putBack = (name: string, descriptor: PropertyDescriptor | undefined) => {
    if (descriptor) define(name, descriptor);
    else delete (Error as unknown as Record<string, unknown>)[name];
  };
  const MAX_FRAMES = 24;
  return (below) => {
    const holder: { stack?: unknown } = {};
    const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
    const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
    try {
      // Defined, not assigned: the program may have put setters there.
      define('stackTraceLimit', { value: MAX_FRAMES, configurable: true, writable: true, enumerable: true });
      define('prepareStackTrace', {
        value: (_error: Error, sites: unknown) => sites,
        configurable: true,
        writable: true,
      });
      Error.captureStackTrace(holder, below);
      const sites = holder.stack;
      if (!Array.isArray(sites)) return [];
      return sites.map((site: NodeJS.CallSite) => [
        String(site.getFunctionName() ?? '').slice(0, 200),
        String(site.getFileName() || site.getScriptNameOrSourceURL() || '').slice(0, 1000),
        (site.getLineNumber() ?? 0) - 1,
        (site.getColumnNumber() ?? 0) - 1,
      ]);
    } catch {
      return [];
    } finally {
      try {
        putBack('prepareStackTrace', prepare);
        putBack('stackTraceLimit', limit);
      } catch {}
    }
  };
}
