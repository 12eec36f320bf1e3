// Timer- and stream-heavy: each request has its timeouts, reads a file, and pipes it through transforms and gzip.
import { createReadStream, writeFileSync } from 'node:fs';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { serve } from './serve.mjs';

// The bench runs each server in a temporary folder of its own, and removes it.
const file = 'report.csv';
writeFileSync(
  file,
  Array.from({ length: 800 }, (_, i) => `${i},product ${i % 90},${(i * 7919) % 1000}`).join('\n'),
);
const REQUEST_TIMEOUT_MILLIS = 5_000;
const CHUNK_BYTES = 4 * 1024;

function countingLines() {
  let lines = 0;
  return new Transform({
    transform(chunk, _encoding, done) {
      for (const byte of chunk) if (byte === 10) lines++;
      done(null, chunk);
    },
    flush(done) {
      done(null, `\n${lines}`);
    },
  });
}

serve(async (_request, response) => {
  const giveUp = setTimeout(() => response.destroy(), REQUEST_TIMEOUT_MILLIS);
  const abort = new AbortController();
  const slow = sleep(REQUEST_TIMEOUT_MILLIS / 2, null, { signal: abort.signal }).catch(() => {});
  await sleep(1);
  response.setHeader('Content-Type', 'text/csv');
  response.setHeader('Content-Encoding', 'gzip');
  const source = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  await pipeline(source, countingLines(), new PassThrough(), createGzip({ level: 1 }), response).catch(
    () => {},
  );
  clearTimeout(giveUp);
  abort.abort();
  await slow;
});
