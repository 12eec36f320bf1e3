// Words around an end: Node's trailer, the command line, what npm and supervisors add, and the first words of a new life.

/** The trailer that Node 17 and later print after an error that ended the process. */
export const nodeTrailer = (line: string): string | null =>
  /^Node\.js v(\d+\.\d+\.\d+\S*)$/.exec(line)?.[1] ?? null;

/** Bun prints one as well: "Bun v1.1.0 (Linux x64)". */
export const isBunTrailer = (line: string) => /^Bun v\d+\.\d+\.\d+\S* \([^)]{1,80}\)$/.test(line);

/** "> node --flags app.js", as npm, yarn and pnpm print it. */
export const commandLineOf = (line: string): string | null =>
  /^[>$] (\S*node(?: .{1,500})?)$/.exec(line)?.[1] ?? null;

/** Words around an end that come neither from the program nor say more. */
export const isNoise = (line: string) =>
  NOISE.test(line) || line.includes('.service: ') || line.trim() === '';

const NOISE =
  /^(?:npm (?:ERR!|error|notice|warn|info)|> |\[nodemon\]|info Visit|\(Use `node|\(node:\d+\)|PM2\b|systemd\b|timeout: )/i;

/** The first words of a new life. */
export const isStart = (line: string) =>
  /^(?:> \S+@\d|\[nodemon\] (?:re)?starting|(?:.{0,40} )?(?:starting|started|booting|bootstrapping|listening)\b)/i.test(
    line,
  );
