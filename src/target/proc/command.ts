// A command line cut to what a person needs to recognise a process, with values that look secret masked.
import { basename } from 'node:path';

const SECRET_FLAG = /^(--?[\w-]*(?:pass|secret|token|key|auth|credential)[\w-]*)=.*/i;
const SECRET_FLAG_BEFORE_VALUE = /^--?[\w-]*(?:pass|secret|token|api-?key|credential)[\w-]*$/i;
const URL_PASSWORD = /(\/\/[^/\s:@]*:)[^@\s/]+@/g;

function masked(argument: string, before: string | undefined): string {
  if (before !== undefined && SECRET_FLAG_BEFORE_VALUE.test(before) && !argument.startsWith('-'))
    return '***';
  return argument.replace(SECRET_FLAG, '$1=***').replace(URL_PASSWORD, '$1***@');
}

/**
 * The program without its folder and the start of its arguments, at most `maxLength` characters. Flag values
 * that look secret and passwords in URLs become `***`. `fallback` (the comm) serves zombies, which have no argv.
 */
export function shortCommand(argv: readonly string[], fallback: string, maxLength = 80): string {
  if (argv.length === 0) return `[${fallback}]`;
  // A title set by the program ("npm run start") is one argument with spaces, not a path.
  const program = argv[0]!.includes(' ') ? argv[0]! : basename(argv[0]!);
  const words = [program, ...argv.slice(1).map((argument, index) => masked(argument, argv[index]))];
  const line = words.join(' ').replace(/\s+/g, ' ').trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 3)}...`;
}
