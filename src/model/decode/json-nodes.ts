// The nodes of a CPU profile that was parsed as a whole, in the columns that all of them are decoded from.
import { checkScriptFrame } from './call-frame.ts';
import { MalformedProfile } from './malformed-profile.ts';
import { ProfileNodes } from './profile-nodes.ts';

/** Takes any list, or what a long profile was read into. Throws MalformedProfile for nodes without a number. */
export function nodesOf(value: unknown): ProfileNodes {
  if (value instanceof ProfileNodes) return value;
  const nodes = new ProfileNodes();
  const known = new Map<string, number>();
  for (const each of Array.isArray(value) ? value : []) addNode(nodes, each, known);
  return nodes;
}

interface JsonNode {
  id?: unknown;
  callFrame?: Parameters<typeof checkScriptFrame>[0];
  hitCount?: unknown;
  children?: unknown;
  positionTicks?: unknown;
}

function addNode(nodes: ProfileNodes, value: unknown, known: Map<string, number>): void {
  const node = value as JsonNode | null;
  if (typeof node !== 'object' || node === null || !Number.isSafeInteger(node.id))
    throw new MalformedProfile('a node has no id');
  const frame = checkScriptFrame(node.callFrame);
  const key = `${frame.functionName}|${frame.url}|${frame.lineNumber}|${frame.columnNumber}|${frame.scriptId}`;
  let number = known.get(key);
  if (number === undefined) {
    number = nodes.frames.push(frame) - 1;
    known.set(key, number);
  }
  for (const id of Array.isArray(node.children) ? node.children : [])
    if (Number.isSafeInteger(id)) nodes.addChild(id);
  for (const tick of Array.isArray(node.positionTicks) ? node.positionTicks : [])
    if (typeof tick?.line === 'number' && typeof tick.ticks === 'number')
      nodes.addTicks(tick.line, tick.ticks);
  nodes.endNode(node.id as number, number, typeof node.hitCount === 'number' ? node.hitCount : 0);
}
