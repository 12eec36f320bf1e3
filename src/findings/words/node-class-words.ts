// Classes of Node's own objects that pile up where a program does not see that it keeps them: what that is, and what to do.
interface ClassWords {
  /** What follows "The heap grows by 0.2 MB/s: ". `rate` is such as "40/s". */
  title(rate: string): string;
  advice: string;
}

/** Versions of Node: "v20.11.1" is [20, 11]. */
type Version = readonly [major: number, minor: number];

const isBefore = ([major, minor]: Version, [otherMajor, otherMinor]: Version) =>
  major < otherMajor || (major === otherMajor && minor < otherMinor);

/** A table of timers by number forgot those that had fired until these versions. */
function losesFiredTimers(version: Version): boolean {
  return isBefore(version, version[0] >= 21 ? [22, 3] : [20, 15]);
}

/** Null where the class has no such meaning in this version of Node. */
export function nodeClassWords(name: string, nodeVersion: string | null): ClassWords | null {
  const numbers = /^v?(\d+)\.(\d+)/.exec(nodeVersion ?? '');
  const version: Version = [Number(numbers?.[1] ?? 0), Number(numbers?.[2] ?? 0)];
  if (name === 'Timeout' && numbers && losesFiredTimers(version))
    return {
      title: (rate) => `timers that have fired pile up by ${rate}, in a table of Node.js itself`,
      advice:
        'Do not use a timer as a key or a number (timers[timer], `+timer`): Node.js then enters it in a table and, before 20.15 and 22.3, forgets to take it out when it fires. Keep timers in a Map or Set, clear them with clearTimeout(), or update Node.js.',
    };
  if (name === 'AsyncContextFrame')
    return {
      title: (rate) => `contexts of AsyncLocalStorage pile up by ${rate}`,
      advice:
        'Each holds its store, and what was begun in it (a promise, timer, socket or listener that lives on) holds it: begin what outlives the request outside of it (exit() or AsyncResource), do not keep a store in the next store, and call run() rather than enterWith().',
    };
  return null;
}
