// JSON lines of loggers (pino, winston, bunyan and similar ones): the level, the message, and the error in it.
import type { CrashError } from '../ends/crash-error.ts';
import { emptyError, parseErrorText } from '../events/error-text.ts';

export interface JsonRecord {
  level: 'fatal' | 'error' | 'other';
  message: string;
  error: CrashError | null;
  /** ISO 8601; "" is unknown. */
  time: string;
  /** Of the process that wrote it; 0 is unknown. */
  pid: number;
}

const MAY_MATTER =
  /"(stack|err|error|exception|trace|cause|errorType)"|"(level|severity|lvl)":\s*("?(fatal|error|crit|alert|emerg|panic)|[56]\d)/i;

/** True when it is worth the time to parse the line. Others only tell that the program went on. */
export const mayMatter = (line: string) => MAY_MATTER.test(line);

/** null for what is no JSON object. */
export function parseJsonLine(text: string): JsonRecord | null {
  const json = parseObject(text);
  if (!json) return null;
  const message =
    [json.msg, json.message, json.event, json.errorMessage].find((value) => typeof value === 'string') ?? '';
  return {
    level: levelOf(json),
    message: String(message).slice(0, 2_000),
    error: errorIn(json),
    time: timeOf(json.time ?? json.timestamp ?? json.ts ?? json['@timestamp']),
    pid: typeof json.pid === 'number' ? json.pid : 0,
  };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function levelOf(json: Record<string, unknown>): JsonRecord['level'] {
  const level = json.level ?? json.severity ?? json.lvl ?? json.levelname;
  if (typeof level === 'number') return level >= 60 ? 'fatal' : level >= 50 ? 'error' : 'other';
  const word = String(level ?? '').toLowerCase();
  if (/fatal|emerg|alert|crit|panic/.test(word)) return 'fatal';
  return /err/.test(word) ? 'error' : 'other';
}

/** The error, under the names that loggers give it; or the record itself when it has a stack. */
function errorIn(json: Record<string, unknown>): CrashError | null {
  for (const key of ['err', 'error', 'exception', 'reason', 'e']) {
    const value = json[key];
    if (isErrorLike(value)) return errorOf(value, 0);
    if (typeof value === 'string' && /\n\s+at /.test(value)) return parseErrorText(value.split('\n'));
  }
  const stack = json.stack ?? json.stack_trace ?? json.stacktrace;
  if (Array.isArray(stack)) return parseErrorText(stack.slice(0, 100).map(String));
  return typeof stack === 'string' ? errorOf({ ...json, stack, name: undefined }, 0) : null;
}

/** Drivers put descriptions of their state under `cause` and `reason` as well: those tell no message. */
function isErrorLike(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { stack, message, code, name } = value as Record<string, unknown>;
  const isErrorName = typeof name === 'string' && /(Error|Exception)$/.test(name);
  return typeof stack === 'string' || typeof message === 'string' || typeof code === 'string' || isErrorName;
}

function errorOf(value: Record<string, unknown>, depth: number): CrashError {
  const word = (key: string) =>
    typeof value[key] === 'string' || typeof value[key] === 'number'
      ? String(value[key]).slice(0, 2_000)
      : '';
  const stack = typeof value.stack === 'string' ? value.stack : '';
  const error = stack === '' ? emptyError() : parseErrorText(trimHead(stack.split('\n')));
  error.name ||= word('type') || word('name');
  if (error.message === '' || !stack.startsWith(error.name)) error.message ||= word('message');
  error.code ||= word('code');
  for (const key of ['errno', 'syscall', 'address', 'port', 'hostname', 'path'])
    if (word(key) !== '') error.properties[key] ??= word(key);
  if (depth < 10 && error.causes.length === 0) {
    const inner = [
      value.cause,
      ...(Array.isArray(value.errors)
        ? value.errors
        : Array.isArray(value.aggregateErrors)
          ? value.aggregateErrors
          : []),
    ];
    error.causes = inner
      .filter(isErrorLike)
      .slice(0, 20)
      .map((each) => errorOf(each, depth + 1));
  }
  return error;
}

/** winston puts the message and the words "uncaughtException" before the stack. */
function trimHead(lines: string[]): string[] {
  const head = lines.findIndex(
    (line) => !/^\s+at /.test(line) && /^[A-Za-z_$][\w$.]*(Error|Exception)\b/.test(line),
  );
  return head > 0 ? lines.slice(head) : lines;
}

function timeOf(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, 40);
  if (typeof value !== 'number' || !(value > 1e9) || value > 1e14) return '';
  return new Date(value > 1e11 ? value : value * 1000).toISOString();
}
