// A call frame of V8 with every field of the right type, whatever the input had.
import type { RawFrame } from '../frame.ts';
import type { ScriptFrame } from './profile-nodes.ts';

export function checkCallFrame(callFrame: Partial<Record<keyof RawFrame, unknown>> | undefined): RawFrame {
  const { functionName, url, lineNumber, columnNumber } = callFrame ?? {};
  return {
    functionName: typeof functionName === 'string' ? functionName : '',
    url: typeof url === 'string' ? url : '',
    lineNumber: Number.isSafeInteger(lineNumber) ? (lineNumber as number) : -1,
    columnNumber: Number.isSafeInteger(columnNumber) ? (columnNumber as number) : -1,
  };
}

/** "" is a script that is not told. */
export function checkScriptFrame(
  callFrame: Partial<Record<keyof ScriptFrame, unknown>> | null | undefined,
): ScriptFrame {
  const scriptId = callFrame?.scriptId;
  return { ...checkCallFrame(callFrame ?? {}), scriptId: typeof scriptId === 'string' ? scriptId : '' };
}
