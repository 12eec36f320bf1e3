// Errors while Node loads a program: recognised by Node's own lines in the stack.
import type { CrashError } from '../ends/crash-error.ts';

const LOADER =
  /^node:internal\/(modules|main\/run_main|process\/(esm_loader|execution)|bootstrap)|^internal\/modules/;

const PARSERS = [
  'wrapSafe',
  'compileSourceTextModule',
  'internalCompileFunction',
  'compileFunction',
  'moduleStrategy',
  'compileForInternalLoader',
  'moduleEvaluation',
  String.raw`\[as file:\]`,
  'makeContextifyScript',
  'ModuleJob',
  '_instantiate',
];
const PARSER = new RegExp(PARSERS.join('|'));

/** The stack ends in Node's loader: a module was being evaluated. */
export const isWhileLoading = ({ frames }: CrashError): boolean =>
  frames.some(({ file }) => LOADER.test(file));

/** Thrown by what reads the source text, not by the program that runs. */
export function isFromParser({ frames: [first] }: CrashError): boolean {
  return first?.owner === 'node' && PARSER.test(`${first.function} ${first.file}`);
}
