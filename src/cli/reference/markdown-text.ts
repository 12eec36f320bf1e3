// Pages of the documentation for a terminal: one section of Markdown as wrapped text. It knows what our pages use: paragraphs,
// lists, code and tables.
import { hangingLines, wrapText } from '../../report/layout.ts';

/** The lines below a heading of the second level; null: those before the first such heading. Undefined: there is no such heading. */
export function sectionOf(markdown: string, heading: string | null): string[] | undefined {
  const lines = markdown.split('\n');
  const start = heading === null ? 0 : lines.indexOf(`## ${heading}`);
  if (start < 0) return undefined;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith('## '));
  return end < 0 ? rest : rest.slice(0, end);
}

/** Blocks are separated by an empty line; no line is longer than `width`, unless a word or a line of code is. */
export function markdownText(lines: readonly string[], width: number): string {
  return blocksOf(lines)
    .map((block) => renderBlock(block, width).join('\n'))
    .join('\n\n');
}

const FENCE = /^```/;

/** Not for a reader of the text: comments, images, and what only leads to another page. */
const LEFT_OUT = /^(<!--|!\[|More: \[[^\]]*\]\([^)]*\)\.$)/;

/** A table directly below a paragraph is a block of its own. */
function blocksOf(lines: readonly string[]): string[][] {
  const blocks: string[][] = [[]];
  let isCode = false;
  for (const line of lines) {
    const last = blocks.at(-1)!;
    if (FENCE.test(line)) {
      isCode = !isCode;
      if (isCode) blocks.push([line]);
      else blocks.push([]);
    } else if (isCode) last.push(line);
    else if (line.trim() === '' || LEFT_OUT.test(line)) blocks.push([]);
    else if (last.length > 0 && isRow(line) !== isRow(last[0]!)) blocks.push([line]);
    else last.push(line);
  }
  return blocks.filter((block) => block.length > 0);
}

const isRow = (line: string) => line.startsWith('|');

function renderBlock(block: readonly string[], width: number): string[] {
  const [first = ''] = block;
  if (FENCE.test(first)) return block.slice(1).map((line) => `  ${line}`);
  if (isRow(first)) return renderTable(block, width);
  if (first.startsWith('#')) return [plain(first.replace(/^#+ /, ''))];
  return itemsOf(block).flatMap(({ mark, text }) => hangingLines(mark, plain(text), width));
}

interface Item {
  /** "- ", "1. "; "" begins a paragraph. */
  mark: string;
  text: string;
}

/** Lines that go on are joined to the item above. */
function itemsOf(block: readonly string[]): Item[] {
  const items: Item[] = [];
  for (const line of block) {
    const [, mark, rest] = /^(- |\d+\. )(.*)$/.exec(line) ?? [];
    const last = items.at(-1);
    if (mark !== undefined) items.push({ mark, text: rest! });
    else if (last) last.text += ` ${line.trim()}`;
    else items.push({ mark: '', text: line.trim() });
  }
  return items;
}

const MOST_LABEL = 30;

/** Of two columns a list of terms; of more, each row under its first cell, with the heads of the others. */
function renderTable(rows: readonly string[], width: number): string[] {
  const [head = [], , ...body] = rows.map(cellsOf);
  if (head.length > 2)
    return body.flatMap(([name = '', ...cells]) => [
      ...wrapText(name, width),
      ...cells.flatMap((cell, i) => hangingLines(`    ${head[i + 1]}: `, cell, width)),
    ]);
  const column = Math.min(MOST_LABEL, Math.max(...body.map(([term = '']) => term.length))) + 2;
  const [name = '', meaning = ''] = head;
  return [
    // Where the names need no head, that of their values says how they were come by.
    ...(name === '' && meaning !== '' ? wrapText(`${meaning}:`, width) : []),
    ...body.flatMap(([term = '', text = '']) =>
      term.length + 2 > column
        ? [...wrapText(term, width), ...hangingLines(' '.repeat(column), text, width)]
        : hangingLines(term.padEnd(column), text, width),
    ),
  ];
}

/** A bar within a cell is escaped. */
const cellsOf = (row: string): string[] =>
  row
    .replace(/^\|\s*|\s*\|$/g, '')
    .split(/\s*(?<!\\)\|\s*/)
    .map(plain);

/** Links by their text, or by their page where the text is one word; without emphasis. */
const plain = (text: string): string =>
  text
    .replaceAll(/\[[\w.-]+\]\(([^)#]+\.md)[^)]*\)/g, '$1')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\*\*([^*]+)\*\*/g, '$1')
    .replaceAll('\\|', '|');
