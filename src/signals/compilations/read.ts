// Which code compiles code: a short look at the scripts that V8 parses while we watch, with the stack that asked.

import { setTimeout as delay } from 'node:timers/promises';
import type { EvaluateResult } from '../../probe/client/probe-objects.ts';
import { locate } from '../../target/function-place.ts';
import type { InspectorSession } from '../../target/inspector-session.ts';
import type { WireFrame } from '../../wire/parts.ts';
import type { LiveSignal } from '../live-signal.ts';
import type { Compilations } from './wire.ts';

interface ScriptParsed {
  stackTrace?: {
    callFrames: { functionName: string; url: string; lineNumber: number; columnNumber: number }[];
  };
}

const MAX_SITES = 50;
const MAX_FRAMES = 24;

export const compilationsRead: LiveSignal<'compilations', [millis: number]> = {
  type: 'compilations',
  read: ({ session, duringOwnPause }, _atMillis, millis) =>
    watchCompilations(session, millis, (enable) => duringOwnPause('watch compilations', enable)),
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

/**
 * Watches for `millis`. The Debugger domain is on for that long only, and never pauses anything; to switch it on holds the
 * thread, and is done within `asPause`.
 */
export async function watchCompilations(
  session: InspectorSession,
  millis: number,
  asPause: (enable: () => Promise<unknown>) => Promise<unknown> = (enable) => enable(),
): Promise<Compilations> {
  const sites = new Map<string, { frames: WireFrame[]; count: number }>();
  let isWatching = false;
  let scripts = 0;
  const unlisten = session.on('Debugger.scriptParsed', ({ stackTrace }: ScriptParsed) => {
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
  // Before enabling: a `debugger` statement in the program would stop it.
  await session.send('Debugger.setSkipAllPauses', { skip: true });
  try {
    // All scripts there are arrive before the answer; what comes after is new.
    await asPause(() => session.send('Debugger.enable', { maxScriptsCacheSize: 0 }));
    isWatching = true;
    const from = performance.now();
    await delay(millis);
    return { millis: performance.now() - from, scripts, sites: [...sites.values()] };
  } finally {
    unlisten();
    await session.send('Debugger.disable').catch(() => {});
  }
}
