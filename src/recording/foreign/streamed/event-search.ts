// The events of a long trace that hold a profile. They are a small part of it, so they are searched for as bytes, which is several
// times as fast as reading the rest: from the event's name back to where the event begins, and on to its end.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** The names of the events that hold a profile, or say whose it is. */
const NAMES = ['"ProfileChunk"', '"Profile"', '"CpuProfile"', '"thread_name"'].map((name) =>
  Buffer.from(name),
);
/** All names begin with one of these. Equally long, they are searched for in one go, as Horspool does with one word. */
const BEGINNINGS = ['"Profile', '"CpuProf', '"thread_'].map((text) => Buffer.from(text));
const BEGINNING_BYTES = 8;
/**
 * By the byte where a beginning would end: how far on the next one may end. 0: one may end right here. After that, `AFTER_END`
 * is for the same bytes.
 */
const STEPS = stepsTo(BEGINNING_BYTES);
const AFTER_END = stepsTo(BEGINNING_BYTES - 1);
/** Searched at once; an event that is longer than what is kept of the last window may be missed. */
const WINDOW_BYTES = 16 * 2 ** 20;
const KEPT_BYTES = 4 * 2 ** 20;

export interface EventSearch {
  /** The next bytes of the file; they may be used again afterwards. */
  write(chunk: Uint8Array): void;
  /** Searches what is left. */
  end(): void;
}

/** `take` gets each event once, in the order of the file. What is no JSON is passed over. */
export function searchEvents(take: (event: unknown) => void): EventSearch {
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  let filled = 0;
  /** Of the window: events that begin before it were handed on. */
  let done = 0;

  function search(isLast: boolean): void {
    const view = window.subarray(0, filled);
    const ends = isLast ? filled : filled - KEPT_BYTES;
    for (const hit of hitsIn(view)) {
      if (hit < done) continue;
      const start = beginningOf(view, hit, done);
      const end = start < 0 ? -1 : endOf(view, start);
      if (end < 0) continue;
      // The rest comes again, with what follows it.
      if (start >= ends) break;
      done = end;
      const event = parse(view.toString('utf8', start, end));
      if (event !== undefined) take(event);
    }
    const from = Math.max(done, ends);
    window.copyWithin(0, from, filled);
    filled -= from;
    done = 0;
  }

  return {
    write(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + window.length - filled);
        window.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled === window.length) search(false);
      }
    },
    end: () => search(true),
  };
}

/** Where the names stand, in order. */
function hitsIn(view: Buffer): number[] {
  const hits: number[] = [];
  const end = view.length;
  for (let at = BEGINNING_BYTES - 1; at < end; ) {
    let step = STEPS[view[at]!]!;
    while (step > 0) {
      at += step;
      if (at >= end) return hits;
      step = STEPS[view[at]!]!;
    }
    const start = at - BEGINNING_BYTES + 1;
    if (view[start] === QUOTE && isBeginning(view, start) && isName(view, start)) hits.push(start);
    at += AFTER_END[view[at]!]!;
  }
  return hits;
}

/** Of the other bytes the second tells nearly always: a call for each word that ends alike would take most of the time. */
function isBeginning(view: Buffer, start: number): boolean {
  return BEGINNINGS.some((beginning) => beginning[1] === view[start + 1]);
}

function isName(view: Buffer, start: number): boolean {
  return NAMES.some((name) => name.compare(view, start, Math.min(start + name.length, view.length)) === 0);
}

/** Counts the first `length` bytes of each beginning. */
function stepsTo(length: number): Uint8Array {
  const steps = new Uint8Array(256).fill(BEGINNING_BYTES);
  for (const beginning of BEGINNINGS)
    for (let i = 0; i < length; i++)
      steps[beginning[i]!] = Math.min(steps[beginning[i]!]!, BEGINNING_BYTES - 1 - i);
  return steps;
}

/** Back from the quote of a name to the brace that its object begins with; -1 when that lies before `least`. */
function beginningOf(view: Buffer, name: number, least: number): number {
  let depth = 0;
  for (let at = name - 1; at >= least; at--) {
    const byte = view[at]!;
    if (byte === QUOTE) {
      at = openingQuote(view, at, least);
      if (at < 0) return -1;
    } else if (byte === CLOSE || byte === CLOSE_LIST) depth++;
    else if (byte === OPEN || byte === OPEN_LIST) {
      if (depth === 0) return byte === OPEN ? at : -1;
      depth--;
    }
  }
  return -1;
}

/** Back from a closing quote to the one that opens the text. */
function openingQuote(view: Buffer, closing: number, least: number): number {
  for (let at = view.lastIndexOf(QUOTE, closing - 1); at >= least; at = view.lastIndexOf(QUOTE, at - 1)) {
    let escapes = 0;
    while (at - 1 - escapes >= least && view[at - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
    if (at === 0) break;
  }
  return -1;
}

/** Behind the brace that ends the object; -1 when it is not in the window. */
function endOf(view: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < view.length; at++) {
    const byte = view[at]!;
    if (byte === QUOTE) {
      for (at++; at < view.length && view[at] !== QUOTE; at++) if (view[at] === BACKSLASH) at++;
    } else if (byte === OPEN || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
