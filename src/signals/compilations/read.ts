// Which code compiles code: a short look at the scripts that V8 parses while we watch, with the stack that asked.

import { setTimeout as delay } from 'node:timers/promises';
import type { InspectorSession } from '../../target/inspector-session.ts';
import type { WireFrame } from '../../wire/parts.ts';
import type { LiveSignal } from '../live-signal.ts';
import type { Compilations } from './wire.ts';

interface ScriptParsed {
  scriptId: string;
  url: string;
  stackTrace?: {
    callFrames: { functionName: string; url: string; lineNumber: number; columnNumber: number }[];
  };
}

const MAX_SITES = 50;
const MAX_FRAMES = 24;

export const compilationsRead: LiveSignal<'compilations', [millis: number]> = {
  type: 'compilations',
  read: ({ session, scriptUrls }, _atMillis, millis) =>
    watchCompilations(session, millis, (scriptId, url) => scriptUrls.set(scriptId, url)),
};

/**
 * Watches for `millis`. The Debugger domain is on for that long only, and never pauses anything. `onScript` hears of
 * every script there is, too.
 */
export async function watchCompilations(
  session: InspectorSession,
  millis: number,
  onScript: (scriptId: string, url: string) => void = () => {},
): Promise<Compilations> {
  const sites = new Map<string, { frames: WireFrame[]; count: number }>();
  let isWatching = false;
  let scripts = 0;
  const unlisten = session.on('Debugger.scriptParsed', ({ scriptId, url, stackTrace }: ScriptParsed) => {
    onScript(scriptId, url);
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
    await session.send('Debugger.enable', { maxScriptsCacheSize: 0 });
    isWatching = true;
    const from = performance.now();
    await delay(millis);
    return { millis: performance.now() - from, scripts, sites: [...sites.values()] };
  } finally {
    unlisten();
    await session.send('Debugger.disable').catch(() => {});
  }
}
