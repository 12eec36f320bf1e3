// Lines after a fatal error: does the program close down, go on, or is it another process that writes?

/** The process that wrote a JSON line; 0 is unknown. */
const pidIn = (text: string): number => Number(/"pid":(\d{1,10})[,}]/.exec(text)?.[1] ?? 0);

/** True for another process that has not written before: siblings of a cluster share a log and are no new life. */
export function isOtherLife(own: number, pid: number, recent: () => readonly string[]): boolean {
  return own !== 0 && pid !== 0 && own !== pid && !recent().some((line) => pidIn(line) === pid);
}

/** What programs say on their way out. */
export const isClosing = (message: string): boolean =>
  /\b(shut(ting)?[ -]?down|clos(e|ed|ing)|exit(ed|ing)?|stop(ped|ping)?|terminat\w+|quit(ting)?|disconnect\w*|drain\w*|flush\w*|clean(ed|ing)?[ -]?up|abort\w*|dying|giving up|good ?bye|bye)\b/i.test(
    message,
  );
