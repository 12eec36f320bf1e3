// Long CPU profiles and traces, read chunk by chunk: of a profile the lists that matter are kept in columns of numbers, and of a
// trace the events that hold a profile.
import { createReadStream } from 'node:fs';
import { MAX_NODES } from '../../../model/decode/cpu-profile.ts';
import { readOutline } from '../../../model/decode/heap-snapshot/outline.ts';
import type { Section } from '../../../model/decode/heap-snapshot/section.ts';
import { jsonSection } from '../../../model/decode/heap-snapshot/skipped.ts';
import { ProfileNodes } from '../../../model/decode/profile-nodes.ts';
import { isObject } from '../../../model/decode/unknown-json.ts';
import { fileChunks, isGzipped, unpacked } from '../../heap/heap-chunks.ts';
import { searchEvents } from './event-search.ts';
import { nodeListSection } from './node-list.ts';
import { numberListSection } from './number-list.ts';

/**
 * A profile whose `nodes` are ProfileNodes and whose lists are Float64Array, or the events of a trace that matter: what
 * `JSON.parse` would have given, without what nobody asks for.
 */
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

function readProfile(): Reader {
  const found: Record<string, unknown> = {};
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
      const nodes = new ProfileNodes();
      found.nodes = nodes;
      return nodeListSection(nodes, MAX_NODES);
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
