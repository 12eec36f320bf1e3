// A snapshot larger than V8 could write on this machine, written as text: records of eight nodes in buckets below one
// global object, each with a string of its own, and with edges between neighbours and to shared nodes so that
// dominators are no plain tree.
// node generate-snapshot.mjs <nodes> <file>

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

const RECORD_NODES = 8;
const BUCKET_RECORDS = 1_000;
const SHARED_NODES = 1_000;
const FIELDS = 7;
const NAMES = [
  '<dummy>',
  '',
  '(GC roots)',
  'global',
  'Bucket',
  'Session',
  'Array',
  'Object',
  'Map',
  'send',
  'system / Map',
];
const PROPERTIES = ['id', 'tags', 'created', 'history', 'send', 'owner', 'next', 'map', 'first'];
const TYPES =
  'hidden,array,string,object,code,closure,regexp,number,native,synthetic,concatenated string,sliced string,symbol,bigint';

export async function generateSnapshot(wantedNodes, file) {
  const buckets = Math.ceil(wantedNodes / (RECORD_NODES * BUCKET_RECORDS + 1));
  const firstShared = 3;
  const firstBucket = firstShared + SHARED_NODES;
  const firstRecord = firstBucket + buckets;
  const records = buckets * BUCKET_RECORDS;
  const nodeCount = firstRecord + records * RECORD_NODES;
  const out = createWriteStream(file, { highWaterMark: 2 ** 22 });
  let text = '';
  const flush = async () => {
    if (!out.write(text)) await once(out, 'drain');
    text = '';
  };

  /** [type, name, shallow size, edges as type, name, target] of each node; edges are counted before they are written. */
  function* nodes() {
    yield [9, 1, 0, [1, 1, 1, 5, NAMES.length, 2]];
    yield [9, 2, 0, range(SHARED_NODES, (i) => [1, i, firstShared + i])];
    yield [3, 3, 64, range(buckets, (i) => [2, NAMES.length + PROPERTIES.length + i, firstBucket + i])];
    for (let i = 0; i < SHARED_NODES; i++) yield [0, 10, 80, [4, 0, firstShared + ((i * 7) % SHARED_NODES)]];
    for (let b = 0; b < buckets; b++)
      yield [
        1,
        4,
        16_016,
        range(BUCKET_RECORDS, (i) => [1, i, firstRecord + (b * BUCKET_RECORDS + i) * RECORD_NODES]),
      ];
    for (let r = 0; r < records; r++) yield* record(r);
  }

  function* record(r) {
    const at = firstRecord + r * RECORD_NODES;
    const property = (i) => NAMES.length + i;
    const map = (i) => [3, property(7), firstShared + ((r + i) % SHARED_NODES)];
    const next = firstRecord + ((r + 1) % records) * RECORD_NODES;
    yield [3, 5, 56, [...range(5, (i) => [2, property(i), at + 1 + i]), 2, property(6), next, ...map(0)]];
    yield [2, NAMES.length + PROPERTIES.length + buckets + r, 32, map(1)];
    yield [3, 6, 32, [1, 0, at + 6, 1, 1, at + 7, ...map(2)]];
    yield [3, 7, 24, [2, property(5), at, ...map(3), 2, property(0), at + 1]];
    yield [3, 8, 48, [3, property(8), at + 7, ...map(4), 2, property(0), at + 1, 4, 9, at + 6]];
    yield [5, 9, 64, [0, property(5), at, ...map(5), 6, property(4), at + 3]];
    yield [3, 7, 24, [2, property(0), at + 1, ...map(6)]];
    yield [3, 7, 24, [2, property(0), at + 1, ...map(7), 2, property(5), at]];
  }

  let edgeCount = 0;
  for (const [, , , edges] of nodes()) edgeCount += edges.length / 3;
  const meta = {
    node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
    node_types: [TYPES.split(','), 'string', 'number', 'number', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [
      ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'],
      'string_or_number',
      'node',
    ],
    location_fields: ['object_index', 'script_id', 'line', 'column'],
  };
  text = `{"snapshot":{"meta":${JSON.stringify(meta)},"node_count":${nodeCount},"edge_count":${edgeCount},"trace_function_count":0},\n"nodes":[`;
  let id = 1;
  for (const [type, name, size, edges] of nodes()) {
    text += `${id === 1 ? '' : ','}${type},${name},${id},${size},${edges.length / 3},0,0\n`;
    id += 2;
    if (text.length > 2 ** 20) await flush();
  }
  text += '],\n"edges":[';
  let isFirst = true;
  for (const [, , , edges] of nodes()) {
    for (let i = 0; i < edges.length; i += 3) {
      text += `${isFirst ? '' : ','}${edges[i]},${edges[i + 1]},${edges[i + 2] * FIELDS}\n`;
      isFirst = false;
    }
    if (text.length > 2 ** 20) await flush();
  }
  text += '],\n"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n"locations":[],\n"strings":[';
  text += [...NAMES, ...PROPERTIES].map((name) => JSON.stringify(name)).join(',\n');
  for (let b = 0; b < buckets; b++) text += `,\n"bucket-${b}"`;
  for (let r = 0; r < records; r++) {
    text += `,\n"user ${r}"`;
    if (text.length > 2 ** 20) await flush();
  }
  text += ']}';
  await flush();
  out.end();
  await once(out, 'close');
}

function range(count, edge) {
  const edges = [];
  for (let i = 0; i < count; i++) edges.push(...edge(i));
  return edges;
}

if (process.argv[1] === import.meta.filename || process.argv[1]?.endsWith('generate-snapshot.mjs'))
  await generateSnapshot(Number(process.argv[2]), process.argv[3]);
