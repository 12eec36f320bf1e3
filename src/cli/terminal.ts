// What the terminal and its environment call for: colours, and whether a person watches.

type Environment = Readonly<Record<string, string | undefined>>;
interface Stream {
  isTTY?: boolean;
}

/** https://no-color.org and https://force-color.org; 0 and false are off, as for Node.js. */
export function usesColors(stream: Stream = process.stdout, env: Environment = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return !isOff(env.FORCE_COLOR);
  return stream.isTTY === true;
}

/** Nobody answers a question or watches progress in CI, also where it has a terminal. */
export function isWatched(stream: Stream = process.stderr, env: Environment = process.env): boolean {
  return stream.isTTY === true && !isCi(env);
}

/** Set by every known CI; "false" and "0" by people who turn it off. */
export const isCi = ({ CI }: Environment): boolean => CI !== undefined && CI !== '' && !isOff(CI);

const isOff = (word: string) => word === '0' || word === 'false';
