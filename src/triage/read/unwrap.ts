// What the program wrote, out of what log drivers made of it: prefixes, JSON around each line, colours and cut lines.

/** One line of a program. */
export interface LogLine {
  text: string;
  /** Who wrote it, where several write into one log: a pod, a compose service. "" when only one does. */
  writer: string;
  /** As the driver or the program says it, ISO 8601; "" is unknown. */
  time: string;
}

const COLOURS = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
const ISO = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`;
const CRI = new RegExp(`^(${ISO}) (?:stdout|stderr) ([FP])(?: |$)`);
const POD = /^\[(pod\/[^\]\s]+)\] /;
const SYSLOG_5424 = new RegExp(String.raw`^<\d{1,3}>1 (${ISO}) \S+ \S+ \S+ \S+ (?:-|\[[^\]]*\]) ?`);
const SYSLOG =
  /^(?:<\d{1,3}>)?(?:([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) \S+ [\w./@-]+(?:\[\d+\])?: ?|(\d{4}-\d\d-\d\dT\S+) \S+ [\w./@-]+\[\d+\]: ?)/;
const COMPOSE = /^([a-z0-9][\w.-]*) +\| ?/;
const PM2 = /^(\d+)\|([\w.-]+) +\| /;
/** What PM2 says itself, beside what its apps write. */
const PM2_OWN = /^PM2 +\| /;
/** "app[web.1]: " before what a dyno writes, "heroku[web.1]: " before what Heroku says of it. */
const HEROKU = /^(?:app|heroku)\[([\w.-]{1,60})\]: ?/;
/** Fly.io: "app[148e] ams [info]". */
const FLY = /^(?:app|runner)\[([0-9a-f]{6,20})\] [a-z]{3} \[\w{3,8}\] ?/;
const TIMESTAMP = new RegExp(String.raw`^(${ISO}): ?(?=\S| {4}|$)|^\[?(${ISO})\]?(?:[ \t,]|$)`);

/** Fields that have the program's line in them. */
const WRAPPING = /"(log|textPayload)":"/;
/** Ends of them: what begins with a quote is found several times slower in JSON. */
const ENDS = ['log":"', 'Payload":"'];

/** Whether any line of a text may be wrapped in JSON: to search all of it takes less time than to search each line. */
export const mayWrap = (text: string): boolean => ENDS.some((end) => text.includes(end));

/**
 * Makes one reader for one stream of lines: it joins what CRI cut, so it must see them in order. `isPlain`: nothing wraps the line
 * in JSON, as `mayWrap` said.
 */
export function createUnwrapper(): (line: string, isPlain?: boolean) => LogLine | null {
  const parts = new Map<string, string>();
  return (line, isPlain = false) => {
    const found = unwrap(line, isPlain);
    const { writer, isPartial } = found;
    const before = parts.get(writer) ?? '';
    if (isPartial) {
      if (parts.size < 100 && before.length < 100_000) parts.set(writer, before + found.text);
      return null;
    }
    if (before !== '') parts.delete(writer);
    return { text: before + found.text, writer, time: found.time };
  };
}

interface Unwrapped extends LogLine {
  isPartial: boolean;
}

function unwrap(line: string, isPlain: boolean): Unwrapped {
  const found: Unwrapped = {
    text: line.includes('\u001b') ? line.replaceAll(COLOURS, '') : line,
    writer: '',
    time: '',
    isPartial: false,
  };
  if (!isPlain && isWrappedJson(found)) return found;
  // Drivers are stacked: kubectl puts its prefix before what the runtime wrote.
  let layers = 0;
  while (layers < 3 && stripOne(found)) layers++;
  if (!isPlain && layers > 0) isWrappedJson(found);
  return found;
}

function stripOne(found: Unwrapped): boolean {
  const first = found.text.charCodeAt(0);
  // Most lines of programs are indented, or JSON: no prefix can start so.
  if (first === 32 || first === 123 || Number.isNaN(first)) return false;
  const take = (match: RegExpExecArray | null) => {
    if (match) found.text = found.text.slice(match[0].length);
    return match;
  };
  const pod = take(POD.exec(found.text));
  if (pod) found.writer = pod[1]!;
  const cri = take(CRI.exec(found.text));
  if (cri) {
    found.time = cri[1]!;
    found.isPartial = cri[2] === 'P';
    return true;
  }
  const syslog = take(SYSLOG_5424.exec(found.text)) ?? take(SYSLOG.exec(found.text));
  const stamped = syslog ?? take(TIMESTAMP.exec(found.text));
  if (stamped) found.time = stamped[1] ?? stamped[2] ?? '';
  if (stamped || pod) return true;
  const app = take(PM2.exec(found.text));
  if (app) found.writer = `${app[2]}:${app[1]}`;
  const service = app ? null : take(COMPOSE.exec(found.text));
  if (service) found.writer = service[1]!;
  return app !== null || service !== null || stripPlatform(found);
}

/** What hosting platforms and process managers put before a line. */
function stripPlatform(found: Unwrapped): boolean {
  const first = found.text.charCodeAt(0);
  // "a", "h", "P", "r"
  if (first !== 97 && first !== 104 && first !== 80 && first !== 114) return false;
  const heroku = HEROKU.exec(found.text) ?? FLY.exec(found.text);
  // Its router and its builds say something of all dynos.
  if (heroku && heroku[1]!.includes('.')) found.writer = heroku[1]!;
  const match = heroku ?? PM2_OWN.exec(found.text);
  if (match) found.text = found.text.slice(match[0].length);
  return match !== null;
}

/** Docker's json-file, and collectors that put a line into a field of its own. */
function isWrappedJson(found: Unwrapped): boolean {
  const { text } = found;
  if (text.charCodeAt(0) !== 123 || !WRAPPING.test(text.slice(0, 4_000))) return false;
  try {
    const json = JSON.parse(text) as Record<string, unknown>;
    const inner = json.log ?? json.textPayload;
    if (typeof inner !== 'string' || json.msg !== undefined || json.message !== undefined) return false;
    const time = json.time ?? json.timestamp;
    if (typeof time === 'string') found.time = time.slice(0, 40);
    found.isPartial = json.log !== undefined && json.stream !== undefined && !inner.endsWith('\n');
    found.text = inner.replace(/\r?\n$/, '').replaceAll(COLOURS, '');
    return true;
  } catch {
    return false;
  }
}
