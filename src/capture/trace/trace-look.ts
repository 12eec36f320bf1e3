// Tracing during one capture: whether its buffer fits into memory, and which warnings the file causes afterwards.

import { type InspectorSession, SessionClosed } from '../../target/inspector/inspector-session.ts';
import type { CaptureContext } from '../context.ts';
import { memoryRoom } from '../heap/memory-room.ts';
import { LARGEST_TRACE_BYTES, type RunningTrace, startTrace, TRACE_BUFFER_BYTES } from './trace.ts';

/** Resolves with null where nothing is traced; why not is a warning, unless nobody asked. */
export async function startTraceWhereItFits(
  { options, outcome, localPid }: CaptureContext,
  session: InspectorSession,
): Promise<RunningTrace | null> {
  if (!options.trace) return null;
  const room = localPid === null ? undefined : memoryRoom(localPid);
  if (room && room.bytes < TRACE_BUFFER_BYTES) {
    outcome.warnings.push({
      code: 'trace-no-memory',
      bufferBytes: TRACE_BUFFER_BYTES,
      roomBytes: room.bytes,
      limit: room.limit,
    });
    return null;
  }
  return startTrace(session, options.trace).catch((error: Error) => {
    if (error instanceof SessionClosed) throw error;
    outcome.warnings.push({ code: 'trace-not-started', reason: error.message });
    return null;
  });
}

/** Completes the file. Never throws. */
export async function endTrace({ outcome }: CaptureContext, trace: RunningTrace | null): Promise<void> {
  if (!trace) return;
  const result = await trace.stop();
  outcome.trace = result;
  if (result.failure !== undefined)
    outcome.warnings.push({ code: 'trace-not-written', reason: result.failure });
  if (result.isCut) outcome.warnings.push({ code: 'trace-truncated', limitBytes: LARGEST_TRACE_BYTES });
}
