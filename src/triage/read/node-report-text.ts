// The report that the package node-report wrote as text, before Node.js had one of its own, in the shape of that.

const MOST_STACK_LINES = 60;
const IS_FRAME = /^\s*(?:at .*|\S.*\(\S+:\d+:\d+\)|\S+:\d+:\d+)\s*$/;

export const isNodeReportText = (text: string): boolean =>
  /^=+ Node Report =+\s*$/m.test(text.slice(0, 2_000));

/** A diagnostic report with what triage reads of one. */
export function readNodeReportText(text: string): unknown {
  const field = (name: string) => new RegExp(`^${name}: +(.{1,1000}?)\\s*$`, 'm').exec(text)?.[1] ?? '';
  const [event = '', location = ''] = /^Event: (.*), location: "(.*)"\s*$/m.exec(text)?.slice(1) ?? [
    field('Event'),
  ];
  const isException = /exception/i.test(event);
  const lines = sectionOf(text, 'JavaScript Stack Trace');
  const start = lines.findIndex((line) => IS_FRAME.test(line));
  return {
    header: {
      event,
      trigger: isException
        ? 'Exception'
        : /heap|memory|fatal/i.test(`${event} ${location}`)
          ? 'FatalError'
          : 'JavaScriptAPI',
      dumpEventTime: timeOf(field('Dump event time')),
      processId: Number(/^\d+/.exec(field('Process ID'))?.[0] ?? 0),
      commandLine: field('Command line').split(' '),
      nodejsVersion: field('Node.js version'),
    },
    javascriptStack: {
      message: isException ? messageIn(lines.slice(0, Math.max(0, start))) : event,
      stack: (start < 0 ? [] : lines.slice(start)).map((line) => line.trim().replace(/^(?!at )/, 'at ')),
    },
    javascriptHeap: heapOf(text),
  };
}

/** "==== JavaScript Stack Trace ====" up to the next title. */
function sectionOf(text: string, title: string): string[] {
  const start = text.indexOf(`==== ${title} `);
  if (start < 0) return [];
  const lines = text
    .slice(start, start + 50_000)
    .split(/\r?\n/)
    .slice(1);
  const end = lines.findIndex((line) => /^={20,}$/.test(line));
  return (end < 0 ? lines : lines.slice(0, end))
    .filter((line) => line.trim() !== '')
    .slice(0, MOST_STACK_LINES);
}

/** Above the stack there is a place and its source, or the error itself. */
function messageIn(lines: readonly string[]): string {
  const head = lines.findLast((line) => /^\s*(?:Uncaught )?[A-Z]\w*(?:Error|Exception)\b/.test(line));
  return (head ?? 'exception').trim();
}

function heapOf(text: string): unknown {
  const bytes = (name: string) => {
    const found = new RegExp(`^ *${name}: +([\\d,]+)(?: bytes)?\\s*$`, 'm').exec(text)?.[1];
    return found === undefined ? undefined : Number(found.replaceAll(',', ''));
  };
  const spaces = Object.fromEntries(
    [
      ...text.matchAll(
        /^Heap space name: (\w+_space)\s*\n.{1,200}\n\s+Capacity: .{1,60}used: ([\d,]+) bytes/gm,
      ),
    ].map(([, name, used]) => [name, { used: Number(used!.replaceAll(',', '')) }]),
  );
  return {
    totalMemory: bytes('Total heap memory size'),
    totalCommittedMemory: bytes('Total heap committed memory'),
    usedMemory: bytes('Total used heap memory'),
    memoryLimit: bytes('Heap memory limit'),
    heapSpaces: spaces,
  };
}

/** "2018/01/25 10:29:40", of the machine that wrote it. */
const timeOf = (text: string): string =>
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/.test(text) ? text.replaceAll('/', '-').replace(' ', 'T') : '';
