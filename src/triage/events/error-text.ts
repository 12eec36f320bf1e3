// Errors as Node prints them: the words, the stack, properties in braces, `[cause]:` and `[errors]:` inside.
import type { CrashError } from '../ends/crash-error.ts';
import { parseFrame } from '../read/stack-frame.ts';

const HEAD =
  /^(?:Uncaught )?(?:\[)?((?:[A-Za-z_$][\w$.]*(?:Error|Exception|Rejection|Warning|Fault|Failure))|Error|DOMException|AssertionError)(?: \[([\w$ ]+)\])?(?::(?: ([\s\S]*?))?)?\]?(?: \{)?$/;
const PROPERTY = /^\s*'?\[?([A-Za-z_]\w{0,40})\]?'?: (.{1,1000}?),?$/;
const KEPT =
  /^(code|errno|syscall|address|port|hostname|path|dest|requireStack|severity|signal|host|sqlState)$/;
const NESTED =
  /^(\s*)(?:\[cause\]|\[errors\]|cause|errors|originalError|original|parent|innerError|reason): (.*)$/;
const MOST_LINES = 500;

/** True for the first line of a printed error: "TypeError: x", "Error [CODE]: x", "[AggregateError: x] {". */
export const isErrorHead = (line: string) => line.length < 10_000 && HEAD.test(line);

/** Reads a printed error. `lines` start with its head; what is no Error (`throw null`) becomes a message. */
export function parseErrorText(lines: readonly string[]): CrashError {
  const error = emptyError();
  const shown = lines.slice(0, MOST_LINES);
  const body = readHead(error, shown);
  readBody(error, shown, body);
  return error;
}

export function emptyError(): CrashError {
  return { name: '', message: '', code: '', properties: {}, frames: [], stackLines: 0, causes: [] };
}

/** Name, code and message; returns where the rest starts. */
function readHead(error: CrashError, lines: readonly string[]): number {
  const first = (lines[0] ?? '').trim();
  const match = HEAD.exec(first);
  // "[DOMException [TimeoutError]: ...]" is known by the inner name.
  error.name = match ? (/^[a-z]*Error$/i.test(match[2] ?? '') ? match[2]! : match[1]!) : '';
  if (match?.[2] && !/Error$/.test(match[2])) error.code = match[2];
  let message = match ? (match[3] ?? '') : first.replace(/^Uncaught /, '');
  let at = 1;
  const isClosed = /\]( \{)?$/.test(first) && first.startsWith('[');
  for (; !isClosed && at < lines.length && at < 40; at++) {
    const line = lines[at]!;
    if (
      /^\s+at /.test(line) ||
      NESTED.test(line) ||
      /^\s*\}?$/.test(line) ||
      /^(Emitted|Node\.js v|\(Use )/.test(line)
    )
      break;
    if (first.endsWith('{')) break;
    message += `\n${line.trimEnd()}`;
  }
  error.message = message.slice(0, 4_000);
  return at;
}

function readBody(error: CrashError, lines: readonly string[], start: number): void {
  for (let at = start; at < lines.length; at++) {
    const line = lines[at]!;
    const nested = NESTED.exec(line) ?? /^(\s*)(?:Caused by|caused by): (.*)$/.exec(line);
    if (nested) {
      const inner = insideOf(lines, at, nested[1]!.length);
      readNested(error, [nested[2]!, ...inner]);
      at += inner.length;
      continue;
    }
    if (/^\s+at /.test(line)) error.stackLines++;
    const frame = parseFrame(line);
    if (frame) {
      if (error.frames.length < 100) error.frames.push(frame);
      continue;
    }
    readProperty(error, line);
  }
}

/** The lines after `at` that are indented deeper, or that "caused by" goes on with. */
function insideOf(lines: readonly string[], at: number, indent: number): string[] {
  const isFlat = /aused by: /.test(lines[at]!);
  let end = at + 1;
  while (
    end < lines.length &&
    (isFlat || (/^\s*/.exec(lines[end]!)![0].length > indent && lines[end]!.trim() !== ''))
  )
    end++;
  return lines.slice(at + 1, end);
}

function readNested(error: CrashError, lines: string[]): void {
  const first = lines[0]!.trim();
  if (!first.startsWith('[') || isErrorHead(first)) {
    // "TopologyDescription {" is a printed object, whatever stacks are in it.
    const isObject = first === '' || first.endsWith('{');
    if (isErrorHead(first) || (!isObject && lines.some((line) => /^\s+at /.test(line))))
      error.causes.push(parseErrorText(lines));
    return;
  }
  let member: string[] | null = null;
  const members: string[][] = [];
  for (const line of lines.slice(1)) {
    // An errorless line of a stack in a list ends with a comma.
    if (isErrorHead(line.trim().replace(/,$/, ''))) {
      member = [];
      members.push(member);
    }
    member?.push(member.length === 0 ? line.trim() : line);
  }
  error.causes.push(...members.slice(0, 20).map(parseErrorText));
}

function readProperty(error: CrashError, line: string): void {
  const match = PROPERTY.exec(line);
  if (!match || !KEPT.test(match[1]!)) return;
  const value = match[2]!.replace(/^['"`]|['"`]$/g, '').slice(0, 300);
  if (match[1] === 'code' && value !== 'undefined') error.code ||= value;
  error.properties[match[1]!] ??= value;
}
