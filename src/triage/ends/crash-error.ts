// An error as a log shows it: its words, its properties, where it was thrown, and what caused it.
import type { Frame, FrameOwner } from '../../model/frame.ts';

/** A printed stack has no lines of V8 and the machine: those have no place. */
export type CodeOwner = Exclude<FrameOwner, 'native'>;

/** A line of a printed stack: a place as the model has it, but for its names. */
export interface StackFrame extends Pick<Frame, 'line' | 'column'> {
  function: string | null;
  /** An absolute path, as printed; `node:...` for Node's own. */
  file: string;
  owner: CodeOwner;
  /** Went on after an await. */
  isAsync: boolean;
}

export interface CrashError {
  /** "TypeError"; "" for what is no Error (`throw null`). */
  name: string;
  message: string;
  /** "ECONNREFUSED", "ERR_MODULE_NOT_FOUND"; "" is none. */
  code: string;
  /** Small printed properties: syscall, address, port, path, hostname. */
  properties: Record<string, string>;
  frames: StackFrame[];
  /** Lines of the stack, also those without a place. */
  stackLines: number;
  /** What caused it: its `cause`, or the members of an AggregateError. */
  causes: CrashError[];
}

const MOST_DEPTH = 20;

/** The error, its cause, the cause of that...; of several members the first. The last one is the first cause. */
export function chainOf(error: CrashError): CrashError[] {
  const chain = [error];
  for (let at = error; at.causes.length > 0 && chain.length < MOST_DEPTH; ) {
    at = at.causes[0]!;
    chain.push(at);
  }
  return chain;
}

/** The line of the application nearest to the first cause; null when no stack of the chain has one. */
export function applicationFrame(error: CrashError): StackFrame | null {
  for (const each of chainOf(error).reverse()) {
    const frame = each.frames.find(({ owner }) => owner === 'app');
    if (frame) return frame;
  }
  return null;
}

/** "db.internal:5432", of the error nearest to the first cause that has one; "" is unknown. */
export function addressOf(error: CrashError): string {
  for (const { properties, message } of chainOf(error).reverse()) {
    const host = properties.hostname ?? properties.host ?? properties.address;
    if (host !== undefined) return properties.port === undefined ? host : `${host}:${properties.port}`;
    const told =
      /(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ECONNRESET) ([\w.:[\]-]+)/.exec(
        message,
      )?.[1];
    if (told) return told;
  }
  return '';
}

/** "TypeError: x is not a function", with the code where the message does not say it; one line. */
export function describeError({ name, message, code }: CrashError): string {
  const text = message.split('\n')[0]!.slice(0, 300);
  const words = [name, text].filter((part) => part !== '').join(': ');
  return code !== '' && !words.includes(code) ? `${words} [${code}]` : words;
}

/**
 * True when the stack starts after an await: it has async lines, or ends in the program although it was not cut. What is
 * thrown there rejects a promise, whatever the words around it.
 */
export function isAfterAwait({ frames, stackLines }: CrashError): boolean {
  if (frames.some(({ isAsync }) => isAsync)) return true;
  // Up to Node 14, which names its files so, rejections ended no process.
  if (frames.some(({ file, owner }) => owner === 'node' && !file.includes(':'))) return false;
  const last = frames.at(-1);
  return (
    last !== undefined &&
    stackLines < 10 &&
    stackLines === frames.length &&
    last.owner !== 'node' &&
    last.function !== null
  );
}
