// CPU profiles and traces too long for one string, read chunk by chunk: of a profile the lists that matter are kept, as numbers
// where they are numbers, and of a trace the events that hold a profile.
import { createReadStream } from 'node:fs';
import { MalformedSnapshot } from '../../../model/decode/heap-snapshot/malformed.ts';
import { readOutline } from '../../../model/decode/heap-snapshot/outline.ts';
import type { Section } from '../../../model/decode/heap-snapshot/section.ts';
import { jsonSection } from '../../../model/decode/heap-snapshot/skipped.ts';
import { isObject } from '../../../model/decode/unknown-json.ts';
import { fileChunks, isGzipped, unpacked } from '../../heap/heap-chunks.ts';
import { searchEvents } from './event-search.ts';
import { numberListSection } from './number-list.ts';
import { objectListSection } from './object-list.ts';

/** What `JSON.parse` would have given, without what nobody asks for: a profile, or the events of a trace that matter. */
export type BigProfile = Record<string, unknown> | Record<string, unknown>[];

/** null for what begins like neither. Throws MalformedSnapshot for what is damaged, and the errors of zlib. */
export async function readBigProfile(path: string): Promise<BigProfile | null> {
  let reader: Reader | null | undefined;
  let isFirst = true;
  for await (const chunk of await chunksOf(path)) {
    if (reader === undefined) reader = readerFor(chunk);
    if (reader === null) return null;
    reader.write(isFirst ? withoutMark(chunk) : chunk);
    isFirst = false;
  }
  return reader?.end() ?? null;
}

async function chunksOf(path: string): Promise<AsyncIterable<Uint8Array>> {
  for await (const start of createReadStream(path, { end: 1 }))
    if (isGzipped(start)) return unpacked(createReadStream(path));
  return fileChunks(path);
}

/** Without a byte order mark. */
function withoutMark(chunk: Uint8Array): Uint8Array {
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
}

interface Reader {
  write(chunk: Uint8Array): void;
  end(): BigProfile;
}

/** Which of the two it is stands at its beginning. */
function readerFor(chunk: Uint8Array): Reader | null {
  const start = Buffer.from(chunk.subarray(0, 2 ** 16)).toString('latin1');
  if (/^[^[{]{0,3}\s*(?:\[|\{\s*"traceEvents")|"ph"\s*:\s*"/.test(start)) return readTrace();
  return /^[^[{]{0,3}\s*\{\s*"(?:nodes|samples|timeDeltas|startTime|endTime|title)"/.test(start)
    ? readProfile()
    : null;
}

function readTrace(): Reader {
  const events: Record<string, unknown>[] = [];
  const search = searchEvents((event) => {
    if (isObject(event)) events.push(event);
  });
  return {
    write: search.write,
    end() {
      search.end();
      return events;
    },
  };
}

/** More nobody decodes. */
const MOST_NODES = 3_000_000;

function readProfile(): Reader {
  const found: Record<string, unknown> = {};
  const nodes: unknown[] = [];
  const number = (key: string) =>
    jsonSection((value) => {
      found[key] = value;
    });
  const numbers = (key: string) =>
    numberListSection((values) => {
      found[key] = values;
    });
  const sections: Record<string, () => Section> = {
    nodes: () => {
      found.nodes = nodes;
      return objectListSection((more) => {
        if (nodes.length + more.length > MOST_NODES) throw new MalformedSnapshot('it has too many nodes');
        for (const each of more) nodes.push(each);
      });
    },
    samples: () => numbers('samples'),
    timeDeltas: () => numbers('timeDeltas'),
    startTime: () => number('startTime'),
    endTime: () => number('endTime'),
  };
  const outline = readOutline((key) => (Object.hasOwn(sections, key) ? sections[key]!() : null));
  return {
    write: (chunk) => outline.write(chunk),
    end() {
      outline.end();
      return found;
    },
  };
}
