// The outermost object of a snapshot, `{"snapshot":{...},"nodes":[...],...}`, taken apart chunk by chunk: each value
// is read by the section that its key asks for.
import { MalformedSnapshot, TruncatedSnapshot } from './malformed.ts';
import type { Section } from './section.ts';
import { skippedSection } from './skipped.ts';

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;
const MAX_KEY_BYTES = 100;

export interface Outline {
  /** The next bytes of the file, cut anywhere. They may be reused afterwards. */
  write(chunk: Uint8Array): void;
  /** Throws TruncatedSnapshot when the object was not whole. */
  end(): void;
}

/** `sectionFor` gives the reader of a key's value, or null to pass over it. */
export function readOutline(sectionFor: (key: string) => Section | null): Outline {
  let expected: 'start' | 'key' | 'in key' | 'colon' | 'value' | 'comma' | 'nothing' = 'start';
  let key = '';
  let section: Section | null = null;

  function step(byte: number): void {
    if (expected === 'in key') {
      if (byte === QUOTE) expected = 'colon';
      else if (key.length < MAX_KEY_BYTES) key += String.fromCharCode(byte);
      else throw new MalformedSnapshot('its structure is not that of a heap snapshot');
    } else if (expected === 'start' && byte === OPEN) expected = 'key';
    else if (expected === 'key' && byte === QUOTE) {
      key = '';
      expected = 'in key';
    } else if (expected === 'colon' && byte === COLON) expected = 'value';
    else if (expected === 'comma' && byte === COMMA) expected = 'key';
    else if ((expected === 'comma' || expected === 'key') && byte === CLOSE) expected = 'nothing';
    else if (byte > SPACE)
      throw new MalformedSnapshot(
        expected === 'nothing' ? 'something follows its end' : 'its structure is not that of a heap snapshot',
      );
  }

  return {
    write(chunk) {
      for (let at = 0; at < chunk.length; ) {
        if (expected !== 'value') {
          step(chunk[at++]!);
          continue;
        }
        section ??= sectionFor(key) ?? skippedSection();
        at = section.consume(chunk, at);
        if (section.done) {
          section = null;
          expected = 'comma';
        }
      }
    },
    end() {
      if (expected !== 'nothing') throw new TruncatedSnapshot('it ends too early');
    },
  };
}
