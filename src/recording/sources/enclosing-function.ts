// The function that a place in a source stands in, by the way people indent: bundlers write functions that are called from one place
// only as code without a name. Of sources in one line, or without indentation, nothing is told.

const NAME = '[\\p{ID_Start}$_][\\p{ID_Continue}$]*';
const VALUE = `(?:async\\s*)?(?:function\\b|\\(|${NAME}\\s*=>)`;
const named = (pattern: string) => new RegExp(pattern, 'u');
const DECLARED = named(`^(?:export\\s+)?(?:default\\s+)?(?:async\\s+)?function\\s*\\*?\\s*(${NAME})`);
const ASSIGNED = named(`(${NAME})\\s*(?::[^=]+)?=\\s*${VALUE}`);
const PROPERTY = named(`^(${NAME})\\s*:\\s*${VALUE}`);
const METHOD = named(
  `^(?:(?:public|private|protected|static|override|async|get|set)\\s+|\\*\\s*)*#?(${NAME})\\s*(?:<[^()]*>)?\\(`,
);
const NO_METHOD = /^(?:if|for|while|switch|catch|with|function|return|await|super|new|typeof)$/u;
/** The end of a method's head: `) {`, `): Promise<void> {`. */
const HEAD_END = /\)\s*(?::[^{}]+(?:\{[^{}]*\}[^{}]*)?)?\{$/u;
const IS_FUNCTION = /=>|\bfunction\b/u;
const COMMENT = /^(?:\/\/|\/\*|\*)/u;
const MOST_LINES = 1_000;

/** `line` and `column` are 0-based. Null: none, or one without a name. */
export function enclosingFunction(lines: readonly string[], line: number, column: number): string | null {
  const text = lines[line];
  if (text === undefined) return null;
  const own = nameOf(text.slice(0, column).trim(), false) ?? methodOf(text.trim(), false);
  if (own !== undefined) return own;
  let indent = indentOf(text);
  let isHeadOpen = false;
  for (let at = line - 1; at >= 0 && line - at < MOST_LINES; at--) {
    const above = lines[at]!.trim();
    const limit = isHeadOpen ? indent + 1 : indent;
    if (above === '' || COMMENT.test(above) || indentOf(lines[at]!) >= limit) continue;
    const name = nameOf(above, isHeadOpen);
    if (name !== undefined) return name;
    indent = indentOf(lines[at]!);
    isHeadOpen = above.startsWith(')');
  }
  return null;
}

/** Of a function whose head, up to its body, has this place; null: none. */
export function functionAtHead(lines: readonly string[], line: number, column: number): string | null {
  const text = lines[line] ?? '';
  if (text.slice(0, column).includes('{')) return null;
  return DECLARED.exec(text.slice(0, column).trim())?.[1] ?? methodOf(text.trim(), false) ?? null;
}

/** Of the function whose head is in this text; null: it has no name. Undefined: there is no head. `isOpen`: it may go on behind the text. */
function nameOf(text: string, isOpen: boolean): string | null | undefined {
  const declared = DECLARED.exec(text)?.[1];
  if (declared !== undefined) return declared;
  if (IS_FUNCTION.test(text)) return (PROPERTY.exec(text) ?? ASSIGNED.exec(text))?.[1] ?? null;
  return methodOf(text, isOpen);
}

function methodOf(text: string, isOpen: boolean): string | undefined {
  const method = METHOD.exec(text)?.[1];
  const isHead = HEAD_END.test(text) || (isOpen && text.endsWith('('));
  return method !== undefined && isHead && !NO_METHOD.test(method) ? method : undefined;
}

const indentOf = (text: string) => text.length - text.trimStart().length;
