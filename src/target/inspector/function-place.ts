// Where a function begins, as the inspector reports it: by V8's internal property [[FunctionLocation]], without its Debugger
// domain.
import type { InspectorSession } from './inspector-session.ts';

export interface FunctionPlace {
  scriptId: string;
  /** 0-based. */
  line: number;
  column: number;
}

interface InternalProperty {
  name: string;
  value?: { value?: { scriptId?: unknown; lineNumber?: unknown; columnNumber?: unknown } };
}

/** Null for what is no function of a script. */
export async function locate(session: InspectorSession, objectId: string): Promise<FunctionPlace | null> {
  const { internalProperties = [] } = await session.send<{ internalProperties?: InternalProperty[] }>(
    'Runtime.getProperties',
    { objectId, ownProperties: true },
  );
  const at = internalProperties.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value;
  return typeof at?.scriptId === 'string'
    ? { scriptId: at.scriptId, line: Number(at.lineNumber), column: Number(at.columnNumber) }
    : null;
}
