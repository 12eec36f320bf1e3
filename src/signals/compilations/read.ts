// Which code compiles code: for a moment, the scripts that V8 parses, with the stack that caused it.

import { setTimeout as delay } from 'node:timers/promises';
import type { EvaluateResult } from '../../probe/client/probe-objects.ts';
import type { ScriptParsed } from '../../probe/client/script-list.ts';
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

/** The second question is a script itself. */
const OWN_QUESTION = 1;
const LEAST_COMPILED = 2;
const MAX_SITES = 50;
const MAX_FRAMES = 24;

export interface CompilationWatch {
  millis: number;
  /** We keep still for so long first, to tell the program's compiling from ours. */
  stillMillis: number;
}

/** Null where the program compiles nothing: what follows slows every await for as long as the process lives. */
export const compilationsRead: LiveSignal<'compilations', [watch: CompilationWatch]> = {
  type: 'compilations',
  async read({ session, whileScriptsAreListed }, _atMillis, { millis, stillMillis }) {
    if ((await compiledMeanwhile(session, stillMillis)) < LEAST_COMPILED) return null;
    return watchCompilations(session, millis, (watch) => whileScriptsAreListed('watch compilations', watch));
  },
};

/** How many scripts V8 compiled in this time, in which we ask for nothing. */
async function compiledMeanwhile(session: InspectorSession, millis: number): Promise<number> {
  const before = await newestScript(session);
  await delay(millis);
  const after = await newestScript(session);
  return before === null || after === null ? 0 : after - before - OWN_QUESTION;
}

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

/** Watches for `millis`, while V8 tells of each script. */
export async function watchCompilations(
  session: InspectorSession,
  millis: number,
  whileScriptsAreListed: (watch: () => Promise<Compilations>) => Promise<Compilations>,
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
    return await whileScriptsAreListed(async () => {
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
