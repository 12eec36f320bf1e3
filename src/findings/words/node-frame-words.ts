// What Node's own code was doing when it allocated, in common words: recognised by its innermost files and functions.
import type { Frame } from '../../model/frame.ts';

const WORDS: [file: RegExp, functions: RegExp, words: string][] = [
  [
    /^node:internal\/deps\/undici/,
    /text|json|utf8|arrayBuffer|blob|consume|concat/i,
    'texts and bodies read by fetch',
  ],
  [/^node:internal\/deps\/undici/, /./, "requests of Node's fetch"],
  [/^node:(internal\/)?string_decoder/, /./, 'strings decoded from bytes'],
  [/^node:buffer$|^node:internal\/buffer/, /toString|Slice|decode/i, 'strings decoded from buffers'],
  [/^node:buffer$|^node:internal\/buffer/, /./, 'buffers'],
  [/^node:internal\/blob/, /./, 'Blobs and the streams that read them'],
  [/^node:(fs|internal\/fs\/)/, /./, 'contents and handles of files'],
  [/^node:_http|^node:internal\/http/, /./, 'HTTP requests and responses'],
  [/^node:(internal\/)?http2|^node:internal\/http2/, /./, 'HTTP/2 streams'],
  [/^node:_tls|^node:tls|^node:internal\/tls/, /./, 'TLS connections'],
  [/^node:(net|dgram|internal\/net|internal\/stream_base_commons)$/, /./, 'sockets'],
  [/^node:(_stream|stream|internal\/streams)/, /./, 'streams and the chunks in them'],
  [/^node:(zlib|internal\/zlib)/, /./, 'compression streams'],
  [/^node:(internal\/)?crypto/, /./, 'keys, hashes and ciphers'],
  [/^node:(internal\/)?child_process/, /./, 'child processes'],
  [/^node:(internal\/)?worker/, /./, 'worker threads and their messages'],
  [/^node:(internal\/timers|timers)/, /./, 'timers'],
  [/^node:(events|internal\/event_target)/, /./, 'listeners and events'],
  [/^node:(internal\/)?(url|querystring)/, /./, 'URLs'],
  [/^node:(internal\/)?(dns|perf|diagnostics)/, /./, 'records of lookups and measurements'],
  [/^node:(async_hooks|internal\/async)/, /./, 'async resources and their contexts'],
  [/^node:internal\/(process\/task_queues|process\/promises)/, /./, 'promises and queued callbacks'],
  [/^node:(internal\/modules|module|vm|internal\/vm)/, /./, 'modules and compiled code'],
];

/** By the names of built-in functions of V8, which have no file. */
const BUILT_IN: [name: RegExp, words: string][] = [
  [/^(parse|JsonParse)$/, 'parsed JSON'],
  [/^(stringify|JsonStringify)$/, 'JSON texts'],
  [/^(split|replace|replaceAll|slice|substring|match|matchAll|exec|join|concat)$/, 'pieces of strings'],
  [/^(then|Promise|all|race|allSettled|runMicrotasks)$/, 'promises'],
];

/** "HTTP requests and responses"; null where the frames have no known meaning. `frames` innermost first, all Node's or V8's. */
export function nodeFrameWords(frames: readonly Frame[]): string | null {
  for (const { file, functionName } of frames) {
    const found =
      file === null
        ? BUILT_IN.find(([name]) => name.test(functionName))?.[1]
        : WORDS.find(([path, called]) => path.test(file) && called.test(functionName))?.[2];
    if (found !== undefined) return found;
  }
  return null;
}
