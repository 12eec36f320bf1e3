// What `kubectl get events` and the end of `kubectl describe` print, as the events that `-o json` would have given.

export const isEventsText = (text: string): boolean =>
  /^(?:NAMESPACE +)?LAST SEEN +(?:FIRST SEEN +COUNT +NAME +)?(?:KIND +SUBOBJECT +)?TYPE +REASON +/m.test(
    text,
  );

export const readEventsText = (text: string): unknown[] =>
  text
    .split(/\r?\n/)
    .slice(0, 20_000)
    .map((line) => readEventRow(line, ''))
    .filter((event) => event !== null);

const ROW = /^(.{0,200}?)\b(Normal|Warning)\s+([A-Za-z]\w{1,60})\s+(\S.{0,2000})$/;

/** `about`: "pod/NAME" where the row does not say it, as in `describe`. null for what is no row. */
export function readEventRow(line: string, about: string): unknown {
  const match = ROW.exec(line);
  if (!match) return null;
  const [, before, , reason, rest] = match;
  const count = Number(/\(x(\d+) over/.exec(about === '' ? before! : rest!)?.[1] ?? 1);
  const parts =
    about === ''
      ? /^([A-Za-z]+\/\S+)\s+(.*)$/.exec(rest!)
      : /^\S+(?: \(x\d+ over \S+\))?\s+\S+(?:, \S+)?\s+(.*)$/.exec(rest!);
  if (!parts) return null;
  const [kind = '', name = ''] = (about === '' ? parts[1]! : about).split('/');
  const words = (about === '' ? parts[2] : parts[1]) ?? '';
  const container = /^spec\.(?:init)?[cC]ontainers\{([^}]{1,100})\}\s+/.exec(words);
  return {
    kind: 'Event',
    reason,
    message: container ? words.slice(container[0].length) : words,
    count,
    involvedObject: {
      kind,
      name,
      ...(container && { fieldPath: `spec.containers{${container[1]}}` }),
    },
  };
}
