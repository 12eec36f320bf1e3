// Collects what culprit says to its users: the sentences among the string and template literals of src, with what is
// put into a template shown as {expression}. Code that runs in a target, SQL-like text, paths and identifiers are left
// out: a sentence has at least two words and a letter at a word's beginning.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** One literal: the file below src, its line (from 1) and its text. */
export interface UserText {
  file: string;
  line: number;
  text: string;
}

const SRC = new URL('../../src/', import.meta.url).pathname;

/** Rooms whose literals are code of a target, style sheets or scripts of a page, or words of a shell. */
const NOT_PROSE = [
  /^probe\//,
  /\/page-style\.ts$/,
  /^cli\/reference\/(bash|zsh|fish)\.ts$/,
  /\/inline-script\.ts$/,
  /\/browser\.ts$/,
];

const WORDS = /[A-Za-z][a-z']*[,;:]? [a-z({"'`]/;

const isSentence = (text: string) =>
  WORDS.test(text) && !/^[\s<{}]*<\w+|=>|\bfunction\b.*\{|;$|\{\{/.test(text);

const templateText = (node: ts.TemplateExpression, source: ts.SourceFile): string =>
  node.head.text +
  node.templateSpans.map((span) => `{${shown(span.expression, source)}}${span.literal.text}`).join('');

/** An expression as it stands in a text: a name for what is put in, never a whole program. */
const shown = (expression: ts.Expression, source: ts.SourceFile): string => {
  const text = expression.getText(source).replace(/\s+/g, ' ');
  return text.length <= 40 ? text : '…';
};

/** `'a ' + 'b'` is one text. */
const joined = (node: ts.Node, source: ts.SourceFile): string | undefined => {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) return templateText(node, source);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const left = joined(node.left, source);
    const right = joined(node.right, source);
    if (left !== undefined && right !== undefined) return left + right;
  }
  return undefined;
};

/** A literal inside an import, a type or a regular expression's constructor is not said to anybody. */
const isSilent = (node: ts.Node) =>
  ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node);

const textsOf = (file: string): UserText[] => {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: UserText[] = [];
  const visit = (node: ts.Node): void => {
    if (isSilent(node)) return;
    const text = joined(node, source);
    if (text !== undefined && isSentence(text)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      found.push({ file: relative(SRC, file), line, text: text.replace(/\s*\n\s*/g, ' ⏎ ') });
    }
    // a joined text was taken whole; what is put into a template may say something of its own
    if (text === undefined || ts.isTemplateExpression(node) || ts.isBinaryExpression(node)) visitParts(node);
  };
  const visitParts = (node: ts.Node): void => {
    if (ts.isTemplateExpression(node)) for (const span of node.templateSpans) visit(span.expression);
    else if (joined(node, source) !== undefined) ts.forEachChild(node, visitParts);
    else ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

/** All texts of src, by file and then by place in the file. */
export const userTexts = (): UserText[] =>
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !NOT_PROSE.some((room) => room.test(file)))
    .sort()
    .flatMap((file) => textsOf(join(SRC, file)));
