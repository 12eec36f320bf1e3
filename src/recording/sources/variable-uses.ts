// Where in a script a variable is declared or used that a function closes over. Minifiers give the same short names to variables of many
// blocks, so that only those of the blocks around the function count.
import jsTokens, { type Token } from 'js-tokens';

/** A longer script takes seconds. */
const LONGEST_SCRIPT = 3_000_000;
const DECLARING = ['let', 'const', 'var', 'class', 'function'];
/** What stands before a condition in brackets, whose names are no parameters. */
const CONDITIONAL = ['if', 'for', 'while', 'switch', 'with'];
const ENDS_DECLARATION = ['=', ',', ';', '(', '{', 'of', 'in'];

interface Block {
  parent: Block | null;
  /** Brackets, which a function's parameters stand in. */
  isRound: boolean;
  /** Of `if (…)`, `for (…)`: no parameters. */
  isCondition: boolean;
}

interface Use {
  index: number;
  block: Block;
  isDeclaration: boolean;
  /** False: a parameter has the name, so that it means another variable there. */
  isMeant: boolean;
}

/** What a body may follow: brackets that were just closed, or a parameter without them. */
interface Head {
  isCondition: boolean;
  /** The uses of the name in it that declare another variable. */
  declares: readonly Use[];
}

/** The words of a script. */
export interface ScriptWords {
  text: string;
  /** Offsets of each word's first character and of the one after it. */
  bounds: readonly number[];
}

/** Null: the text cannot be read, or is too long. */
export function readWords(text: string): ScriptWords | null {
  if (text.length > LONGEST_SCRIPT) return null;
  const bounds: number[] = [];
  let at = 0;
  for (const token of jsTokens(text)) {
    const end = at + token.value.length;
    if (token.type === 'Invalid' || ('closed' in token && !token.closed)) return null;
    bounds.push(...wordsIn(token, at, end));
    at = end;
  }
  return { text, bounds };
}

const NO_WORDS = [
  'WhiteSpace',
  'LineTerminatorSequence',
  'SingleLineComment',
  'MultiLineComment',
  'HashbangComment',
];

/** Of a template only where its expressions begin and end. */
function wordsIn({ type }: Token, start: number, end: number): number[] {
  if (NO_WORDS.includes(type)) return [];
  if (type === 'TemplateHead') return [end - 2, end];
  if (type === 'TemplateMiddle') return [start, start + 1, end - 2, end];
  if (type === 'TemplateTail') return [start, start + 1];
  return [start, end];
}

/**
 * Offsets of the name `name`, as the function sees it that begins at offset `start`: first in the function, then where a block around it
 * declares it, the innermost first.
 */
export function usesOfVariable(words: ScriptWords, start: number, name: string): number[] {
  const { uses, around, body } = readBlocks(words, start, name);
  const meant = uses.filter((use) => use.isMeant);
  const declaring = new Set(meant.filter(({ isDeclaration }) => isDeclaration).map(({ block }) => block));
  const within = meant.filter(({ block }) => body && isClosedOver(block, body, declaring));
  const declared = meant
    .filter(({ block, isDeclaration }) => isDeclaration && around && isWithin(around, block))
    .sort((a, b) => depthOf(b.block) - depthOf(a.block));
  return [...within, ...declared].map(({ index }) => index);
}

/** `around`: the innermost block that the function stands in; `body`: its own. */
function readBlocks({ text, bounds }: ScriptWords, start: number, name: string) {
  let block: Block = { parent: null, isRound: false, isCondition: false };
  let around: Block | undefined;
  let body: Block | undefined;
  let isHeadDone = false;
  let head: Head | null = null;
  /** Blocks, or the rest of one, in which the name means something else. */
  const shadowed = new Set<Block>();
  let expression: Block | null = null;
  const uses: Use[] = [];
  let last = '';
  const wordAt = (i: number) => text.slice(bounds[i], bounds[i + 1]);
  for (let i = 0; i < bounds.length; i += 2) {
    const word = wordAt(i);
    if (bounds[i]! >= start) around ??= block;
    if (head && last === '=>' && word !== '{' && head.declares.length > 0) expression = block;
    if (word === '(' || word === '{' || word === '${') {
      block = { parent: block, isRound: word === '(', isCondition: CONDITIONAL.includes(last) };
      if (head && word === '{' && head.declares.length > 0) shadowed.add(block);
      if (around && !isHeadDone && head && word === '{' && !head.isCondition) body = block;
    } else if (word === ')' || word === '}') {
      head = word === ')' ? headIn(block, uses) : null;
      if (block === expression) expression = null;
      block = block.parent ?? block;
    } else if (block === expression && (word === ',' || word === ';')) expression = null;
    else if (word === name && isVariable(last, wordAt(i + 2))) {
      const after = wordAt(i + 2);
      const isMeant = expression === null && !isInside(block, shadowed);
      uses.push({ index: bounds[i]!, block, isDeclaration: isDeclaration(last, block, after), isMeant });
      if (after === '=>') head = { isCondition: false, declares: uses.slice(-1) };
    }
    // The body of an arrow function may be an expression: it has no block.
    isHeadDone ||= body !== undefined || (last === '=>' && around === block && word !== '{');
    if (word === '{' || last === '=>' || (head && ![')', '=>', name].includes(word))) {
      for (const use of word === '{' || last === '=>' ? (head?.declares ?? []) : []) use.isMeant = false;
      head = null;
    }
    last = word;
  }
  return { uses, around, body };
}

function headIn(round: Block, uses: readonly Use[]): Head {
  const { isCondition } = round;
  const named = uses.filter(({ block }) => isWithin(block, round));
  return { isCondition, declares: named.filter(({ isDeclaration }) => isDeclaration || !isCondition) };
}

/** Neither a property nor a key. */
function isVariable(before: string, after: string): boolean {
  const isKey = after === ':' && (before === '{' || before === ',');
  return before !== '.' && before !== '?.' && !isKey;
}

function isDeclaration(before: string, { isRound }: Block, after: string): boolean {
  const isListed = before === ',' && !isRound;
  return (DECLARING.includes(before) || isListed) && ENDS_DECLARATION.includes(after);
}

function isWithin(block: Block, outer: Block): boolean {
  for (let at: Block | null = block; at; at = at.parent) if (at === outer) return true;
  return false;
}

function isInside(block: Block, blocks: ReadonlySet<Block>): boolean {
  for (let at: Block | null = block; at; at = at.parent) if (blocks.has(at)) return true;
  return false;
}

/** No block from there up to the function's body declares a variable of that name for itself. */
function isClosedOver(block: Block, body: Block, declaring: ReadonlySet<Block>): boolean {
  for (let at: Block | null = block; at; at = at.parent) {
    if (declaring.has(at)) return false;
    if (at === body) return true;
  }
  return false;
}

function depthOf(block: Block): number {
  let depth = 0;
  for (let at = block.parent; at; at = at.parent) depth++;
  return depth;
}
