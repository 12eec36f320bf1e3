// Large files for the bench: CPU profiles, traces and logs of any size, the same bytes for the same numbers.
// node test/bench/files/make-files.mjs profile|trace|log FILE MEGABYTES
import { closeSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Numbers that look like chance and are the same each time (a multiplicative congruential generator). */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % below;
  };
}

function createFile(path) {
  const file = openSync(path, 'w');
  let parts = [];
  let pending = 0;
  let bytes = 0;
  const flush = () => {
    bytes += writeSync(file, parts.join(''));
    parts = [];
    pending = 0;
  };
  return {
    write(text) {
      parts.push(text);
      pending += text.length;
      if (pending > 4 * 2 ** 20) flush();
    },
    size: () => bytes + pending,
    end() {
      flush();
      closeSync(file);
      return bytes;
    },
  };
}

const frame = (i) => ({
  functionName: `work${i % 997}`,
  scriptId: String(100 + (i % 300)),
  url: `file:///app/src/part${i % 300}/module${i % 40}.js`,
  lineNumber: (i * 7) % 2_000,
  columnNumber: (i * 3) % 100,
});

/** A large program has so many functions; each stands in the tree once for each way to call it. */
const FUNCTIONS = 20_000;
/** A node with 40 lines that ticks fell on. */
const NODE_BYTES = 1_180;
const SAMPLES_A_MEGABYTE = 10_000;
const SAMPLE_BYTES = 11;
const MOST_DEPTH = 60;

/** By id: the parent's; callers come before what they call, as V8 lists them. */
function parentsOf(count, next) {
  const parents = new Int32Array(count + 1);
  const path = [1];
  for (let id = 2; id <= count; id++) {
    parents[id] = path.at(-1);
    if (path.length < MOST_DEPTH && next(100) < 60) path.push(id);
    else for (let out = next(4); out > 0 && path.length > 1; out--) path.pop();
  }
  return parents;
}

function childrenOf(parents) {
  const children = new Map();
  for (let id = 2; id < parents.length; id++) {
    const list = children.get(parents[id]);
    if (list) list.push(id);
    else children.set(parents[id], [id]);
  }
  return children;
}

/** As V8 writes it: 10 million samples a gigabyte, and the rest are nodes with their lines. */
function* profileParts(bytes) {
  const next = numbers(7);
  const samples = Math.ceil((bytes / 2 ** 20) * SAMPLES_A_MEGABYTE);
  const count = Math.max(10, Math.ceil((bytes - samples * SAMPLE_BYTES) / NODE_BYTES));
  const children = childrenOf(parentsOf(count, next));
  const root = { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };
  yield `{"nodes":[${JSON.stringify({ id: 1, callFrame: root, hitCount: 0, children: children.get(1) })}`;
  for (let id = 2; id <= count; id++) {
    const first = (id * 7) % 2_000;
    const positionTicks = Array.from({ length: 40 }, (_, i) => ({ line: first + i, ticks: 1 + next(9) }));
    yield `,${JSON.stringify({ id, callFrame: frame(next(FUNCTIONS)), hitCount: next(50), children: children.get(id), positionTicks })}`;
  }
  yield '],"startTime":1000000000,"endTime":999000000000,"samples":[2';
  let node = 2;
  for (let i = 1; i < samples; i++) {
    // A program goes on where it was, or near to it; now and then it does something else.
    const turn = next(100);
    if (turn < 2) node = 2 + next(count - 1);
    else if (turn < 60) node = Math.min(count, Math.max(2, node + next(9) - 4));
    yield `,${node}`;
  }
  yield '],"timeDeltas":[0';
  for (let i = 1; i < samples; i++) yield `,${900 + next(200)}`;
  yield ']}';
}

/** As DevTools writes it: forty events about drawing come to each that is a part of a CPU profile. */
function* traceParts(bytes) {
  const next = numbers(11);
  const base = (name, ph, ts) =>
    `{"pid":1,"tid":7,"ts":${ts},"ph":"${ph}","cat":"disabled-by-default-devtools.timeline","name":"${name}"`;
  yield '{"traceEvents":[';
  yield `{"pid":1,"tid":7,"ts":0,"ph":"M","cat":"__metadata","name":"thread_name","args":{"name":"CrRendererMain"}}`;
  yield `,{"pid":1,"tid":7,"ts":1000,"ph":"P","cat":"disabled-by-default-v8.cpu_profiler","name":"Profile","id":"0x1","args":{"data":{"startTime":1000}}}`;
  let id = 0;
  for (let written = 0, ts = 1_000; written < bytes; ts += 500) {
    let text = '';
    for (let i = 0; i < 40; i++)
      text += `,${base(['Paint', 'Layout', 'UpdateLayoutTree', 'FunctionCall', 'RunTask'][next(5)], 'X', ts + i)},"dur":${next(900)},"args":{"data":{"frame":"0A1B2C3D4E5F","nodeId":${next(5_000)},"clip":[0,0,1280,0,1280,800,0,800],"layerId":${next(30)}}}}`;
    const fresh =
      id < 20_000 ? [{ id: ++id, callFrame: frame(id), ...(id > 1 && { parent: 1 + next(id - 1) }) }] : [];
    const samples = Array.from({ length: 10 }, () => 1 + next(id));
    text += `,{"pid":1,"tid":9,"ts":${ts},"ph":"P","cat":"disabled-by-default-v8.cpu_profiler","name":"ProfileChunk","id":"0x1","args":{"data":{"cpuProfile":${JSON.stringify({ nodes: fresh, samples })},"timeDeltas":${JSON.stringify(samples.map(() => 900 + next(200)))}}}}`;
    written += text.length;
    yield text;
  }
  yield '],"metadata":{"source":"DevTools"}}';
}

/** A service's log in JSON lines, with a crash at the end. */
function* logParts(bytes) {
  const next = numbers(13);
  for (let written = 0, at = Date.UTC(2026, 0, 1); written < bytes; at += 7) {
    let text = '';
    for (let i = 0; i < 100; i++)
      text += `{"level":30,"time":${at + i},"pid":7,"hostname":"web-1","req":{"method":"GET","url":"/items/${next(90_000)}"},"res":{"statusCode":200},"responseTime":${next(300)},"msg":"request completed"}\n`;
    written += text.length;
    yield text;
  }
  yield "TypeError: Cannot read properties of undefined (reading 'items')\n    at totalOf (/app/src/cart.js:12:20)\n    at handle (/app/src/server.js:40:9)\n\nNode.js v22.11.0\n";
}

const KINDS = { profile: profileParts, trace: traceParts, log: logParts };

/** Returns the bytes written. */
export function makeFile(kind, path, megabytes) {
  const file = createFile(path);
  for (const part of KINDS[kind](megabytes * 2 ** 20)) file.write(part);
  return file.end();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [kind, path, megabytes] = process.argv.slice(2);
  if (!Object.hasOwn(KINDS, kind ?? '') || !path || !(Number(megabytes) > 0)) {
    process.stderr.write('node make-files.mjs profile|trace|log FILE MEGABYTES\n');
    process.exit(2);
  }
  process.stdout.write(`${makeFile(kind, path, Number(megabytes))} bytes\n`);
}
