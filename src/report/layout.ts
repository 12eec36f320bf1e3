// How text is laid out in a terminal: wrapped paragraphs and labelled rows. Plain strings in, lines out.

/** Splits at spaces into lines of at most `width` characters; a longer word (a path) is never broken. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Wraps after `first` and indents the following lines to where the text began. */
export function hangingLines(first: string, text: string, width: number): string[] {
  const indent = ' '.repeat(first.length);
  return wrapText(text, Math.max(20, width - first.length)).map(
    (line, index) => (index === 0 ? first : indent) + line,
  );
}

const LABEL_WIDTH = 12;

/** One labelled row a text: "  Evidence  ..."; the label stands on the first row only, a long one on a line of its own. */
export function labelledLines(label: string, texts: string[], width: number): string[] {
  const isLong = label.length >= LABEL_WIDTH;
  const rows = texts.flatMap((text, index) => {
    const head = index === 0 && !isLong ? label : '';
    return hangingLines(`   ${head.padEnd(LABEL_WIDTH)}`, text, width);
  });
  return isLong && rows.length > 0 ? [`   ${label}`, ...rows] : rows;
}
