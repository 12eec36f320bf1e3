// Which code compiles code: a short look at the scripts that V8 parses while we watch, with the stack that asked.

import { setTimeout as delay } from 'node:timers/promises';
import {
  createScriptList,
  type ScriptList,
  type ScriptParsed,
  withScriptsListed,
} from '../../probe/client/script-list.ts';
import type { InspectorSession } from '../../target/inspector-session.ts';
import type { WireFrame } from '../../wire/parts.ts';
import type { LiveSignal } from '../live-signal.ts';
import type { Compilations } from './wire.ts';

interface CompiledScript extends ScriptParsed {
  stackTrace?: {
    callFrames: { functionName: string; url: string; lineNumber: number; columnNumber: number }[];
  };
}

const MAX_SITES = 50;
const MAX_FRAMES = 24;

export const compilationsRead: LiveSignal<'compilations', [millis: number]> = {
  type: 'compilations',
  read: ({ session, scripts }, _atMillis, millis) => watchCompilations(session, millis, scripts),
};

/**
 * Watches for `millis`. The Debugger domain is on for that long only, and never pauses anything. `list` hears of every script
 * there is, too.
 */
export async function watchCompilations(
  session: InspectorSession,
  millis: number,
  list: ScriptList = createScriptList(),
): Promise<Compilations> {
  const sites = new Map<string, { frames: WireFrame[]; count: number }>();
  let isWatching = false;
  let scripts = 0;
  const unlisten = session.on('Debugger.scriptParsed', ({ stackTrace }: CompiledScript) => {
    if (!isWatching) return;
    scripts++;
    const frames = (stackTrace?.callFrames ?? [])
      .slice(0, MAX_FRAMES)
      .map((frame): WireFrame => [frame.functionName, frame.url, frame.lineNumber, frame.columnNumber]);
    const key = JSON.stringify(frames);
    const known = sites.get(key);
    if (known) known.count++;
    else if (sites.size < MAX_SITES) sites.set(key, { frames, count: 1 });
  });
  try {
    return await withScriptsListed(session, list, async () => {
      // What comes from now on is new.
      isWatching = true;
      const from = performance.now();
      await delay(millis);
      return { millis: performance.now() - from, scripts, sites: [...sites.values()] };
    });
  } finally {
    unlisten();
  }
}
