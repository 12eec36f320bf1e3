// What only the inspector knows of objects that the probe holds: V8's snapshot object id, and where a function's source is.
import type { InspectorSession } from '../../target/inspector-session.ts';

/** What Runtime.evaluate and callFunctionOn answer. */
export interface EvaluateResult {
  result: { type: string; objectId?: string; value?: unknown };
  exceptionDetails?: { text: string };
}

/** 0-based, as V8 gives it. */
export interface FunctionLocation {
  scriptId: string;
  line: number;
  column: number;
}

/** At most this many are asked about, one message each. */
const MAX_OBJECTS = 20;

/**
 * V8's snapshot object ids of the collections of the last read, in its order; null where there is none, as for all
 * that no snapshot has met yet.
 */
export function readObjectIds(session: InspectorSession, handleId: string): Promise<(number | null)[]> {
  const list = 'function () { return this.growingObjects(); }';
  return forEachObject(session, { handleId, list, args: [] }, async (objectId) => {
    const answer = await session.send<{ heapSnapshotObjectId: string }>('HeapProfiler.getHeapObjectId', {
      objectId,
    });
    return Number(answer.heapSnapshotObjectId) || null;
  });
}

interface InternalProperty {
  name: string;
  value?: { value?: { scriptId?: unknown; lineNumber?: unknown; columnNumber?: unknown } };
}

/** Where these functions begin, by V8's internal property [[FunctionLocation]]. */
export function readLocations(
  session: InspectorSession,
  handleId: string,
  classes: string[],
): Promise<(FunctionLocation | null)[]> {
  const list = 'function (classes) { return this.functionsOf(classes); }';
  return forEachObject(session, { handleId, list, args: [{ value: classes }] }, async (objectId) => {
    const { internalProperties = [] } = await session.send<{ internalProperties?: InternalProperty[] }>(
      'Runtime.getProperties',
      { objectId, ownProperties: true },
    );
    const at = internalProperties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value;
    return typeof at?.scriptId === 'string'
      ? { scriptId: at.scriptId, line: Number(at.lineNumber), column: Number(at.columnNumber) }
      : null;
  });
}

interface ObjectList {
  handleId: string;
  /** A function of the probe's handle that returns an array of objects and nulls. */
  list: string;
  args: object[];
}

/** Asks about each object of a list that the probe returns. What cannot be asked is null. */
async function forEachObject<T>(
  session: InspectorSession,
  { handleId, list, args }: ObjectList,
  ask: (objectId: string) => Promise<T | null>,
): Promise<(T | null)[]> {
  const objectGroup = 'culprit-objects';
  try {
    const { result } = await session.send<EvaluateResult>('Runtime.callFunctionOn', {
      objectId: handleId,
      functionDeclaration: list,
      arguments: args,
      objectGroup,
      silent: true,
    });
    const { result: properties } = await session.send<{
      result: { name: string; value?: { objectId?: string } }[];
    }>('Runtime.getProperties', { objectId: result.objectId, ownProperties: true });
    const answers: (T | null)[] = [];
    for (const { name, value } of properties) {
      if (!/^\d+$/.test(name) || Number(name) >= MAX_OBJECTS) continue;
      answers[Number(name)] = value?.objectId ? await ask(value.objectId).catch(() => null) : null;
    }
    return answers;
  } finally {
    await session.send('Runtime.releaseObjectGroup', { objectGroup }).catch(() => {});
  }
}
