// The header of a snapshot: how many nodes and edges follow, and in which order V8 wrote their fields. Fields and kinds
// differ between versions of V8, so all are found by name.
import { EDGE_TYPE_NAMES, EdgeType, NODE_TYPE_NAMES, NodeType } from '../../heap/node-and-edge-types.ts';
import { MalformedSnapshot, TruncatedSnapshot } from './malformed.ts';

export interface SnapshotLayout {
  nodeCount: number;
  edgeCount: number;
  /** Whether V8 tracked who allocates: then nodes name the stack that they come from. */
  hasTraces: boolean;
  /** Numbers a node, and the places of those we read; -1 where this V8 has no such field. */
  nodeFields: {
    count: number;
    type: number;
    name: number;
    id: number;
    size: number;
    edges: number;
    detachedness: number;
    /** Where it was allocated, in `trace_tree`. */
    trace: number;
  };
  edgeFields: { count: number; type: number; name: number; target: number };
  locationFields: { count: number; node: number; scriptId: number; line: number; column: number };
  traceFields: TraceFields;
  /** From the file's number of a type to ours; of numbers that the header does not list, too. */
  nodeTypes: Uint8Array;
  edgeTypes: Uint8Array;
}

/** Of a row in `trace_function_infos`; -1 where this V8 has no such field. */
export interface TraceFields {
  count: number;
  name: number;
  script: number;
  scriptId: number;
  line: number;
  column: number;
}

const MAX_FIELDS = 32;
/** The V8 of Node 4 to 8 wrote types that its own header left out, such as symbols. More than these nobody has. */
const MAX_TYPES = 32;
/** V8's own limit for nodes is lower; beyond it our arrays would not hold them. */
const MAX_COUNT = 2 ** 31;

/** `maxBytes` is the most that the file may hold: counts that cannot fit into it are refused before any memory is. */
export function checkLayout(snapshot: unknown, maxBytes: number): SnapshotLayout {
  const { meta, node_count: nodeCount, edge_count: edgeCount, trace_function_count } = record(snapshot);
  const { node_fields, node_types, edge_fields, edge_types, location_fields, trace_function_info_fields } =
    record(meta);
  const nodeNames = fieldNames(node_fields, 'nodes');
  const edgeNames = fieldNames(edge_fields, 'edges');
  const locationNames = location_fields === undefined ? [] : fieldNames(location_fields, 'locations');
  const nodeTypeField = required(nodeNames, 'type', 'nodes');
  const edgeTypeField = required(edgeNames, 'type', 'edges');
  return {
    nodeCount: checkCount(nodeCount, 'nodes', nodeNames.length, maxBytes),
    edgeCount: checkCount(edgeCount, 'edges', edgeNames.length, maxBytes),
    hasTraces:
      typeof trace_function_count === 'number' &&
      trace_function_count > 0 &&
      nodeNames.includes('trace_node_id'),
    nodeFields: {
      count: nodeNames.length,
      type: nodeTypeField,
      name: required(nodeNames, 'name', 'nodes'),
      id: required(nodeNames, 'id', 'nodes'),
      size: required(nodeNames, 'self_size', 'nodes'),
      edges: required(nodeNames, 'edge_count', 'nodes'),
      detachedness: nodeNames.indexOf('detachedness'),
      trace: nodeNames.indexOf('trace_node_id'),
    },
    edgeFields: {
      count: edgeNames.length,
      type: edgeTypeField,
      name: required(edgeNames, 'name_or_index', 'edges'),
      target: required(edgeNames, 'to_node', 'edges'),
    },
    locationFields: {
      count: locationNames.length,
      node: locationNames.indexOf('object_index'),
      scriptId: locationNames.indexOf('script_id'),
      line: locationNames.indexOf('line'),
      column: locationNames.indexOf('column'),
    },
    traceFields: traceFields(trace_function_info_fields),
    nodeTypes: typeNumbers(node_types, nodeTypeField, NODE_TYPE_NAMES, NodeType.other, 'nodes'),
    // An edge of a kind we do not know has a name that may be a number or a string: a number is always safe to keep.
    edgeTypes: typeNumbers(edge_types, edgeTypeField, EDGE_TYPE_NAMES.slice(0, 7), EdgeType.hidden, 'edges'),
  };
}

function traceFields(fields: unknown): TraceFields {
  const names = Array.isArray(fields) && fields.length <= MAX_FIELDS ? fields.map(String) : [];
  return {
    count: names.length,
    name: names.indexOf('name'),
    script: names.indexOf('script_name'),
    scriptId: names.indexOf('script_id'),
    line: names.indexOf('line'),
    column: names.indexOf('column'),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function fieldNames(value: unknown, what: string): string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_FIELDS)
    throw new MalformedSnapshot(`its header does not say which fields its ${what} have`);
  return value.map(String);
}

function required(names: string[], name: string, what: string): number {
  const place = names.indexOf(name);
  if (place < 0) throw new MalformedSnapshot(`its ${what} have no field "${name}"`);
  return place;
}

/** The smallest number takes two bytes: a digit and its comma. */
function checkCount(count: unknown, what: string, fields: number, maxBytes: number): number {
  if (!Number.isSafeInteger(count) || (count as number) < 0)
    throw new MalformedSnapshot(`its header does not say how many ${what} it has`);
  if ((count as number) > MAX_COUNT || (count as number) * fields * 2 > maxBytes)
    throw new TruncatedSnapshot(`its header declares ${count} ${what}, more than the data can hold`);
  return count as number;
}

function typeNumbers(
  types: unknown,
  field: number,
  known: readonly string[],
  unknown: number,
  what: string,
): Uint8Array {
  const names: unknown = Array.isArray(types) ? types[field] : undefined;
  if (!Array.isArray(names) || names.length === 0 || names.length > 256)
    throw new MalformedSnapshot(`its header does not say which types its ${what} have`);
  const numbers = names.map((name) => {
    const number = known.indexOf(String(name));
    return number < 0 ? unknown : number;
  });
  // V8 only ever adds types at the end: what a list leaves out goes on as the list of today does.
  const isBeginning = numbers.every((number, index) => number === index);
  const rest = Array.from({ length: Math.max(0, MAX_TYPES - numbers.length) }, (_, index) => {
    const number = numbers.length + index;
    return isBeginning && number < known.length ? number : unknown;
  });
  return Uint8Array.from([...numbers, ...rest]);
}
