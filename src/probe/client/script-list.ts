// The scripts that one thread runs, as V8 reports them while the Debugger domain is on for a moment: some come with the only
// copy of their source map. What is kept of those maps is bounded.
import { ownerOf, plainPath } from '../../model/owner/owner.ts';
import type { RunningScript } from '../../signals/sink.ts';
import type { InspectorSession } from '../../target/inspector/inspector-session.ts';
import { MIB } from '../../units/bytes.ts';

/** The event `Debugger.scriptParsed`, as far as it is read here. */
export interface ScriptParsed {
  scriptId: string;
  url: string;
  endLine?: number;
  length?: number;
  sourceMapURL?: string;
}

export interface ScriptList {
  note(script: ScriptParsed): void;
  /** Stacks name CommonJS by its path, and the inspector by a URL: either will do. */
  has(url: string): boolean;
  /** Everything with a URL that is not Node's own, the oldest first. */
  all(): RunningScript[];
  /** Whether V8 was asked for all scripts there are. */
  isComplete: boolean;
}

/** Characters of source maps that are kept, of one script and of all scripts of an owner together. */
const LONGEST_MAP = 8 * MIB;
const LONGEST_MAPS = { app: 32 * MIB, library: 8 * MIB };
/** Programs that compile all the time never come to an end. */
const MOST_SCRIPTS = 50_000;

export function createScriptList(): ScriptList {
  const scripts = new Map<string, RunningScript>();
  const paths = new Set<string>();
  const room = { ...LONGEST_MAPS };
  const keep = (owner: 'app' | 'library', map: string): string | null => {
    if (map.length > Math.min(LONGEST_MAP, room[owner])) return null;
    room[owner] -= map.length;
    return map;
  };
  return {
    isComplete: false,
    note({ scriptId, url, endLine = 0, length = 0, sourceMapURL = '' }) {
      const owner = ownerOf(url);
      if (owner === 'node' || owner === 'own' || scripts.size >= MOST_SCRIPTS) return;
      paths.add(plainPath(url));
      const sourceMapUrl = keep(owner, sourceMapURL);
      scripts.set(scriptId, { url, lines: endLine + 1, characters: length, sourceMapUrl });
    },
    has: (url) => paths.has(plainPath(url)),
    all: () => [...scripts.values()],
  };
}

export interface ListingScripts {
  scripts: ScriptList;
  /** Runs what holds the thread: to switch the domain on. See STEP_COSTS.debuggerStart. */
  asPause(enable: () => Promise<unknown>): Promise<unknown>;
}

/**
 * Notes every script there is; new ones, too, until the Debugger domain is off again, after `meanwhile`. It never pauses
 * anything.
 */
export async function withScriptsListed<T>(
  session: InspectorSession,
  { scripts, asPause }: ListingScripts,
  meanwhile: () => Promise<T>,
): Promise<T> {
  const unlisten = session.on('Debugger.scriptParsed', scripts.note);
  // Before enabling: a `debugger` statement in the program would stop it.
  await session.send('Debugger.setSkipAllPauses', { skip: true });
  try {
    // All scripts there are arrive before the answer.
    await asPause(() => session.send('Debugger.enable', { maxScriptsCacheSize: 0 }));
    scripts.isComplete = true;
    return await meanwhile();
  } finally {
    unlisten();
    await session.send('Debugger.disable').catch(() => {});
  }
}
