// Makes text that comes from a target inert: names, paths and titles may hold escape codes, markup or a
// megabyte of noise. Every byte a person sees in a terminal or a browser went through here.

/** Controls (C0, C1, DEL), invisible and bidi format characters, line separators, lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const SHORT_ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Characters of one string kept before it is cut, where the caller does not say. */
export const MAX_TEXT_LENGTH = 400;

/**
 * Any string as one line of harmless text: what a terminal would act on, or hide, is shown as an escape such as
 * `\x1b` or `\u{202e}`. More than `maxLength` characters of output are cut and end in an ellipsis.
 */
export function escapeControls(text: string, maxLength = MAX_TEXT_LENGTH): string {
  let shown = '';
  for (const character of text) {
    const piece = INVISIBLE.test(character) ? escapeCharacter(character) : character;
    if (shown.length + piece.length > maxLength) return `${shown}…`;
    shown += piece;
  }
  return shown;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return SHORT_ESCAPES[character] ?? (code <= 0xff ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`);
}

/** Fields of reports that hold whole sentences of culprit, or a command to copy: a cut would take what they end with. */
const SENTENCES: readonly string[] = [
  'verdictReason',
  'statement',
  'innocentExplanation',
  'advice',
  'caveats',
  'warnings',
  'nextMeasurement',
];
const MAX_SENTENCES_LENGTH = 2_000;

/**
 * A copy of a plain value (arrays, objects, primitives) with every string in it passed through `escapeControls`. Strings in
 * fields that hold sentences of culprit itself may have 2,000 characters.
 */
export function escapeAllStrings<T>(value: T, maxLength = MAX_TEXT_LENGTH): T {
  const escapePart = (part: unknown, most: number): unknown => {
    if (typeof part === 'string') return escapeControls(part, most);
    if (Array.isArray(part)) return part.map((inner) => escapePart(inner, most));
    if (part === null || typeof part !== 'object') return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, inner]) => [
        key,
        escapePart(inner, SENTENCES.includes(key) ? Math.max(most, MAX_SENTENCES_LENGTH) : most),
      ]),
    );
  };
  return escapePart(value, maxLength) as T;
}

const HTML_ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an HTML element or a quoted attribute; controls are shown as by `escapeControls`. */
export function escapeHtml(text: string, maxLength = MAX_TEXT_LENGTH): string {
  return escapeControls(text, maxLength).replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] ?? '');
}

/** JSON that can stand inside `<script>`: same value, but no character in it can end the element or a line. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, asJsonEscape);
}

/** JSON that can be printed to a terminal: same value, but what a terminal acts on or hides is `\uXXXX`. */
export function jsonForTerminal(value: unknown): string {
  const keepNewlines = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu;
  return JSON.stringify(value, null, 2).replace(keepNewlines, asJsonEscape).replaceAll('##[', '#\\u0023[');
}

/**
 * Text that a CI job may print to its log: GitHub's runner obeys a line that begins with `::name::` (after any spaces)
 * and `##[name]` anywhere in a line, so neither is left whole.
 */
export function escapeLogCommands(text: string): string {
  return text.replace(/^([^\S\n]*):(?=:)/gm, '$1\\x3a').replaceAll('##[', '#\\x23[');
}

function asJsonEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
