// Makes text that comes from a target inert in Markdown as GitHub and GitLab read it: no markup, no HTML, no link, no
// mention that would notify somebody.
import { escapeControls } from '../escape.ts';

/** Zero width: stands between characters that together would become a mention, a reference or a link. */
const BREAK = '&#8203;';

/** Everything that begins or ends markup; as entities they are only ever text, inside HTML blocks and tables as well. */
const MARKUP = /[&<>`*_[\]~|\\!#$@]/g;

/** Characters of one text that are kept where the caller does not say. */
const MAX_PROSE_LENGTH = 300;

/** A sentence or a title in running text, in a table cell or in `<summary>`. Not for the start of a line. */
export function inertProse(text: string, maxLength = MAX_PROSE_LENGTH): string {
  return escapeControls(text, maxLength)
    .replace(/[@#!~$&%^](?=[\w/])|:(?=\/\/)|:(?=[\w+-]+:)|\bwww(?=\.)|\b(?:mailto|xmpp)(?=:)/gi, '$&\0')
    .replace(MARKUP, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll('\0', BREAK);
}

/**
 * A name, path or command as a code span, in which nothing is linked and nobody is mentioned. In a table pipes need a
 * backslash; elsewhere it would show.
 */
export function codeSpan(text: string, { isInTable = false, maxLength = MAX_PROSE_LENGTH } = {}): string {
  const shown = escapeControls(text, maxLength);
  if (shown.trim() === '') return '` `';
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const needsSpace = /^[` ]|[` ]$/.test(shown);
  const padding = needsSpace ? ' ' : '';
  // A backslash before a pipe would undo the pipe's own, and nothing in a code span can escape it.
  const content = isInTable ? shown.replaceAll('\\|', '\\ |').replaceAll('|', '\\|') : shown;
  return `${fence}${padding}${content}${padding}${fence}`;
}
