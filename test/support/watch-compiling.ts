// Watches what compiles on a session, as a thread that is captured does.
import { createScriptList, type ScriptList, withScriptsListed } from '../../src/probe/client/script-list.ts';
import { watchCompilations } from '../../src/signals/compilations/read.ts';
import type { Compilations } from '../../src/signals/compilations/wire.ts';
import type { InspectorSession } from '../../src/target/inspector/inspector-session.ts';

export function watchCompiling(
  session: InspectorSession,
  millis: number,
  scripts: ScriptList = createScriptList(),
): Promise<Compilations> {
  return watchCompilations(session, millis, (watch) =>
    withScriptsListed(session, { scripts, asPause: (enable) => enable() }, watch),
  );
}
