// Catching the stack that led here, raw, whatever the program has done to Error.
import type { ProbeFrame } from '../probe-protocol.ts';

/** The function that is called by what is of interest: it and what it called are left out. */
export type Below = (...args: never[]) => unknown;

const MAX_FRAMES = 24;
/** Where the first ones are all of packages: parsers and renderers call themselves that deep. */
const DEEP_FRAMES = 80;

/** Leaves Error as it was found after each call. Never throws; a stack that cannot be had is empty. */
export function captureStack(below: Below): ProbeFrame[] {
  const frames = capture(below, MAX_FRAMES);
  return frames.length < MAX_FRAMES || frames.some(isLocal) ? frames : capture(below, DEEP_FRAMES);
}

/** A file that is neither Node's nor a package's. */
function isLocal(frame: ProbeFrame): boolean {
  const file = String(frame[1]);
  const isPath = file[0] === '/' || file.startsWith('file:') || file[1] === ':';
  return isPath && !file.includes('node_modules');
}

function capture(below: Below, most: number): ProbeFrame[] {
  const holder: { stack?: unknown } = {};
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  try {
    // Defined, not assigned: the program may have put setters there.
    define('stackTraceLimit', { value: most, configurable: true, writable: true, enumerable: true });
    define('prepareStackTrace', {
      value: (_error: Error, sites: unknown) => sites,
      configurable: true,
      writable: true,
    });
    Error.captureStackTrace(holder, below);
    const sites = holder.stack;
    return Array.isArray(sites) ? sites.map(frameOf) : [];
  } catch {
    return [];
  } finally {
    try {
      putBack('prepareStackTrace', prepare);
      putBack('stackTraceLimit', limit);
    } catch {}
  }
}

function frameOf(site: NodeJS.CallSite): ProbeFrame {
  return [
    String(site.getFunctionName() ?? '').slice(0, 200),
    String(site.getFileName() || site.getScriptNameOrSourceURL() || '').slice(0, 1000),
    (site.getLineNumber() ?? 0) - 1,
    (site.getColumnNumber() ?? 0) - 1,
  ];
}

function define(name: string, descriptor: PropertyDescriptor): void {
  Object.defineProperty(Error, name, descriptor);
}

function putBack(name: string, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor) define(name, descriptor);
  else Reflect.deleteProperty(Error, name);
}
