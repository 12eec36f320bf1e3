// What a crash is about, and which crashes are the same one: ids, ports, addresses and line numbers do not count.
import { fingerprint } from '../../findings/rank.ts';
import type { CrashLabel } from '../../model/crash.ts';
import type { Subject } from '../../model/finding.ts';
import { plainPath } from '../../model/owner/owner.ts';
import { parseFrame } from '../read/stack-frame.ts';
import {
  addressOf,
  applicationFrame,
  type CrashError,
  chainOf,
  describeError,
  type StackFrame,
} from './crash-error.ts';
import { type Ending, eventOf, exitOf, toldOf } from './ending.ts';

/** The error that ended the process, or that it wrote before; null without one. */
export function errorOf(ending: Ending): CrashError | null {
  return eventOf(ending, 'uncaught')?.error ?? eventOf(ending, 'logged')?.error ?? null;
}

/** The address that could not be reached; as errors logged just before name it when its own error does not. "" is unknown. */
export function whereOf(ending: Ending): string {
  const error = errorOf(ending);
  return (error && addressOf(error)) || (ending.nearby && addressOf(ending.nearby)) || '';
}

/** The line to look at: of the application where any is known. */
export function frameOf(ending: Ending): StackFrame | null {
  const error = errorOf(ending);
  const place = eventOf(ending, 'unsettled-await')?.place ?? eventOf(ending, 'uncaught')?.place ?? '';
  const asked = error && requirerOf(error);
  return asked ?? placeOfSyntaxError(error, place) ?? (error && applicationFrame(error)) ?? frameAt(place);
}

function placeOfSyntaxError(error: CrashError | null, place: string): StackFrame | null {
  return error?.name === 'SyntaxError' && error.frames[0]?.owner !== 'app' ? frameAt(place) : null;
}

/** "/app/app.js:3" above the source line; null when it is not the application's. */
function frameAt(place: string): StackFrame | null {
  const frame = place === '' ? null : parseFrame(`    at ${plainPath(place)}`);
  return frame?.owner === 'app' ? frame : null;
}

/** Who asked for a module that cannot be found. */
function requirerOf({ code, message }: CrashError): StackFrame | null {
  if (!/^(MODULE_NOT_FOUND|ERR_MODULE_NOT_FOUND)$/.test(code) && !message.startsWith('Cannot find'))
    return null;
  const file = /Require stack:\n- (\S.*)/.exec(message)?.[1] ?? / imported from (\S+)/.exec(message)?.[1];
  return file === undefined
    ? null
    : {
        function: null,
        file: plainPath(file.trim()),
        line: null,
        column: null,
        owner: 'app',
        isAsync: false,
      };
}

export function subjectOf(ending: Ending, label: CrashLabel): Subject {
  const frame = frameOf(ending);
  return {
    ...named(ending, label),
    function: frame?.function ?? null,
    file: frame?.file ?? null,
    line: frame?.line ?? null,
    column: frame?.column ?? null,
    package: null,
    thread: 0,
  };
}

function named(ending: Ending, label: CrashLabel): Pick<Subject, 'type' | 'name'> {
  const error = errorOf(ending);
  const told = eventOf(ending, 'told');
  const option = eventOf(ending, 'bad-option');
  if (label === 'heap-limit')
    return { type: 'memory', name: eventOf(ending, 'heap-limit')?.tooLarge ?? 'V8 heap' };
  if (label === 'container-oom') return { type: 'limit', name: 'memory limit of the container' };
  if (label === 'out-of-memory' && !error) return { type: 'limit', name: memoryOf(ending) };
  if (label === 'killed-by-probe') return { type: 'setting', name: 'probe' };
  if (option) return { type: 'setting', name: option.option };
  if (label === 'dependency-unreachable' || label === 'dependency-auth')
    return { type: 'dependency', name: whereOf(ending) || describeError(chainOf(error!).at(-1)!) };
  if (error) return { type: 'error', name: describeError(error) };
  const native = eventOf(ending, 'native');
  const { code, signal } = exitOf(ending);
  if (told && (told.label !== 'restart-loop' || code === null)) return { type: 'process', name: told.label };
  return native
    ? { type: 'error', name: native.what }
    : { type: 'process', name: signal ?? `exit code ${code ?? 'unknown'}` };
}

/** Whose memory ran out: that of the machine, or what a process manager allows. */
const memoryOf = (ending: Ending) => toldOf(ending, 'out-of-memory')?.teller ?? 'memory of the machine';

/** The same for the same bug, whatever the ids, ports and lines of the day. */
export function fingerprintOf(subject: Subject, label: CrashLabel): string {
  return fingerprint('crash', {
    ...subject,
    name: `${label} ${withoutIds(subject.name)}`,
    line: null,
    column: null,
  });
}

function withoutIds(text: string): string {
  const port = /:(\d{1,5})$/.exec(text)?.[1];
  // Customary ports tell services apart; ephemeral ones do not.
  const kept =
    port !== undefined && Number(port) < 32_768
      ? `:p${[...port].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`
      : '';
  return (kept === '' ? text : text.slice(0, -port!.length - 1) + kept)
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '#')
    .replaceAll(/\b(0x)?[0-9a-f]{12,}\b/gi, '#')
    .replaceAll(/\d+/g, '#')
    .slice(0, 500);
}
