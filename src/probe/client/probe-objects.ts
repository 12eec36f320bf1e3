// What only the inspector knows about objects that the probe holds: queried one by one.
import type { InspectorSession } from '../../target/inspector/inspector-session.ts';

/** What Runtime.evaluate and callFunctionOn answer. */
export interface EvaluateResult {
  result: { type: string; objectId?: string; value?: unknown };
  exceptionDetails?: { text: string };
}

/** At most this many are asked about, one message each. */
const MAX_OBJECTS = 20;

interface ObjectList {
  handleId: string;
  /** A method of the probe's handle that returns an array of objects and nulls. */
  method: string;
  args: object[];
}

/** Asks about each object of a list that the probe returns. What cannot be asked is null. */
export async function forEachObject<T>(
  session: InspectorSession,
  { handleId, method, args }: ObjectList,
  ask: (objectId: string) => Promise<T | null>,
): Promise<(T | null)[]> {
  const objectGroup = 'culprit-objects';
  try {
    const { result } = await session.send<EvaluateResult>('Runtime.callFunctionOn', {
      objectId: handleId,
      functionDeclaration: `function (...args) { return this.${method}(...args); }`,
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
