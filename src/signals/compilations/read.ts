// Which code compiles code: a short look at the scripts that V8 parses while we watch, with the stack that asked.

import { setTimeout as delay } from 'node:timers/promises';
import type { EvaluateResult } from '../../probe/client/probe-objects.ts';
import {
  createScriptList,
  type ListingScripts,
  type ScriptParsed,
  withScriptsListed,
} from '../../probe/client/script-list.ts';
import { locate } from '../../target/inspector/function-place.ts';
import type { InspectorSession } from '../../target/inspector/inspector-session.ts';
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
  read: ({ session, scripts, duringOwnPause }, _atMillis, millis) =>
    watchCompilations(session, millis, {
      scripts,
      asPause: (enable) => duringOwnPause('watch compilations', enable),
    }),
};

/**
 * The number of the script that V8 compiles for this very question: it numbers them one after another, in all threads. The
 * difference of two answers tells how much was compiled between them, at no cost. Null: it was not told.
 */
export async function newestScript(session: InspectorSession): Promise<number | null> {
  // The text must be new: V8 would find the script of an old one.
  const expression = `(function () { /* ${newestScriptAsked++} */ })`;
  const objectGroup = 'culprit-newest-script';
  const { result } = await session.send<EvaluateResult>('Runtime.evaluate', {
    expression,
    objectGroup,
    silent: true,
  });
  const at = result.objectId ? await locate(session, result.objectId) : null;
  await session.send('Runtime.releaseObjectGroup', { objectGroup });
  return at && Number(at.scriptId);
}
let newestScriptAsked = 0;

/** Watches for `millis`. The Debugger domain is on for that long only. */
export async function watchCompilations(
  session: InspectorSession,
  millis: number,
  listing: ListingScripts = { scripts: createScriptList(), asPause: (enable) => enable() },
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
    return await withScriptsListed(session, listing, async () => {
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
