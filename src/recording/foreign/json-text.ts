// JSON as it is found on disks: with something after its end, or cut off. Which of the two it is decides the error message.

/** `value` where there is one. `cut`: the text begins as JSON does and ends before it does. */
export type ParsedJson = { found: 'json'; value: unknown } | { found: 'cut' } | { found: 'no json' };

/** Reads the first JSON value of a text; what follows a list or an object is passed over. */
export function parseJson(text: string): ParsedJson {
  const whole = tryParse(text);
  if (whole !== undefined) return { found: 'json', value: whole };
  if (!/^\s*[[{]/.test(text)) return { found: 'no json' };
  const end = endOfFirst(text);
  if (end === -1) return events(text) ?? { found: 'cut' };
  const first = tryParse(text.slice(0, end));
  return first === undefined ? { found: 'no json' } : { found: 'json', value: first };
}

/** JSON has no undefined. */
function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPENING = new Set([123, 91]);
const CLOSING = new Set([125, 93]);

/** Right behind the bracket that closes the first one; -1 when there is none. */
function endOfFirst(text: string): number {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isInString) {
      if (code === BACKSLASH) i++;
      else if (code === QUOTE) isInString = false;
    } else if (code === QUOTE) isInString = true;
    else if (OPENING.has(code)) depth++;
    else if (CLOSING.has(code) && --depth === 0) return i + 1;
  }
  return -1;
}

/** A list of trace events may lack its closing bracket: whoever writes it may be killed, and its format allows for that. */
function events(text: string): ParsedJson | undefined {
  if (!/^\s*\[\s*\{[^{}]*"ph"\s*:/.test(text.slice(0, 2_000))) return undefined;
  const value =
    tryParse(`${text.slice(0, text.lastIndexOf('}') + 1)}]`) ?? tryParse(text.replace(/,?\s*$/, ']'));
  return value === undefined ? undefined : { found: 'json', value };
}
