// The words of a Node.js command line by what they are: Node's own flags, the script, the script's arguments.
import { basename } from 'node:path';

export interface CommandWords {
  program: string;
  /** Node's own, with their values. */
  flags: string[];
  /** Absent: code from -e or standard input, or a title that the program gave itself. */
  script?: string;
  args: string[];
}

/** Node's flags whose value is the next word. */
const TAKES_VALUE =
  /^(-r|-C|-e|-p|-pe|--require|--import|--loader|--experimental-loader|--conditions|--eval|--print|--env-file|--title|--watch-path|--run|--input-type|--disable-warning|--inspect-port|--max-old-space-size|--cpu-prof-dir|--icu-data-dir|--openssl-config|--diagnostic-dir|--report-dir|--test-name-pattern|--test-reporter)$/;

/** A title with spaces ("node /srv/app.js", "npm run start") is one word for the kernel, and several for a reader. */
export function commandWords(argv: readonly string[]): CommandWords {
  const words = argv.length === 1 && argv[0]!.includes(' ') ? argv[0]!.trim().split(/\s+/) : argv;
  const [program = '', ...rest] = words;
  const flags: string[] = [];
  let at = 0;
  let isCode = false;
  while (at < rest.length && rest[at]!.startsWith('-') && rest[at] !== '-') {
    const flag = rest[at++]!;
    if (flag === '--') break;
    flags.push(flag);
    isCode ||= /^(-e|-p|-pe|--eval|--print)(=|$)/.test(flag);
    if (TAKES_VALUE.test(flag) && at < rest.length) flags.push(rest[at++]!);
  }
  const [script, ...args] = rest.slice(at);
  if (isCode || script === undefined || script === '-') return { program, flags, args: rest.slice(at) };
  return { program, flags, script, args };
}

/** Whether `inner` runs what `outer` was told to run: the same script with the same arguments, or one of its arguments. */
export function runsTheSame(outer: CommandWords, inner: CommandWords): boolean {
  if (inner.script === undefined || outer.script === undefined) return false;
  const own = [outer.script, ...outer.args];
  const at = own.findIndex((word) => isSameFile(word, inner.script!));
  if (at < 0) return false;
  const rest = own.slice(at + 1);
  return rest.every((word, index) => word === inner.args[index]);
}

/** One may be relative, or without its extension: then its last parts decide. */
function isSameFile(word: string, script: string): boolean {
  if (word === script) return true;
  const [shorter, longer] = [word, script]
    .map((path) => path.replace(/^\.\//, '').replace(/\.[cm]?[jt]sx?$/, ''))
    .sort((a, b) => a.length - b.length);
  return (
    shorter !== '' && !shorter!.startsWith('-') && (longer === shorter || longer!.endsWith(`/${shorter}`))
  );
}

/** The words that a person tells processes apart by, at most `width` characters: flags give way first, then folders. */
export function shownCommand(shown: string, width: number): string {
  if (shown.length <= width) return shown;
  const { program, flags, script, args } = commandWords([shown]);
  const name = program.includes('/') ? basename(program) : program;
  if (script === undefined) return cut(shown, width);
  const tail = args.length === 0 ? '' : ` ${args.join(' ')}`;
  const head = flags.length === 0 ? name : `${name} …`;
  const whole = `${head} ${script}${tail}`;
  if (whole.length <= width) return whole;
  const withArgs = cut(whole, width);
  // The script's own name stays, whatever else has to go.
  return `${head} ${script}`.length < width
    ? withArgs
    : cut(`${head} …${script.slice(-(width - head.length - 2))}`, width);
}

const cut = (text: string, width: number) =>
  text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
