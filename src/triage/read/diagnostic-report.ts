// Node's diagnostic report (report.*.json) as an end: what triggered it, the stack, the heap, the command line.

import { listIn, numberIn, objectIn, textIn } from '../../model/decode/unknown-json.ts';
import { MIB } from '../../units/bytes.ts';
import { formatBytes } from '../../units/units.ts';
import { type EndEvent, type Ending, NO_ENDING } from '../ends/ending.ts';
import { parseErrorText } from '../events/error-text.ts';

/** True for what Node wrote as a diagnostic report. */
export const isDiagnosticReport = (json: unknown) =>
  typeof objectIn(json).header === 'object' && typeof objectIn(json).javascriptHeap === 'object';

/** null when the report was asked for by a call or a signal: then nothing ended. */
export function endingOfReport(report: unknown): Ending | null {
  const { header, javascriptStack, javascriptHeap } = objectIn(report);
  const trigger = `${textIn(header, 'trigger')} ${textIn(header, 'event')}`;
  const event = /exception/i.test(textIn(header, 'trigger'))
    ? exceptionOf(javascriptStack)
    : /oom|fatal|allocation failed/i.test(trigger)
      ? fatalOf(header, javascriptHeap, commandLineOf(header))
      : null;
  if (!event) return null;
  const time = textIn(header, 'dumpEventTime');
  const pid = numberIn(header, 'processId') ?? 0;
  return {
    ...NO_ENDING,
    isReport: true,
    events: [pid > 0 ? { ...event, process: { name: '', pid } } : event],
    firstTime: time,
    lastTime: time,
    nodeVersion: textIn(header, 'nodejsVersion').replace(/^v/, ''),
    commandLine: commandLineOf(header),
  };
}

const commandLineOf = (header: unknown) =>
  listIn(header, 'commandLine').map(String).join(' ').slice(0, 1_000);

function exceptionOf(stack: unknown): EndEvent {
  const frames = listIn(stack, 'stack').map((line) => `    ${String(line)}`);
  const lines = [...textIn(stack, 'message').split('\n'), ...frames];
  const error = parseErrorText(lines);
  const code = textIn(objectIn(stack).errorProperties, 'code').replace(/^'|'$/g, '');
  error.code ||= code;
  for (const [key, value] of Object.entries(objectIn(objectIn(stack).errorProperties)))
    if (/^(syscall|address|port|hostname|path)$/.test(key))
      error.properties[key] ??= String(value).slice(0, 300);
  return {
    kind: 'uncaught',
    error,
    isRejection: false,
    place: '',
    isCertain: true,
    lines: lines.slice(0, 16),
  };
}

function fatalOf(header: unknown, heap: unknown, commandLine: string): EndEvent {
  const reason = textIn(header, 'event') || 'fatal error';
  const used = numberIn(heap, 'usedMemory');
  const committed = numberIn(heap, 'totalCommittedMemory') ?? numberIn(heap, 'totalMemory');
  if (!/heap|oom|allocation/i.test(`${reason} ${textIn(header, 'trigger')}`))
    return { kind: 'native', what: reason, isCertain: true, lines: [reason] };
  const gc =
    used === null
      ? null
      : {
          beforeBytes: used,
          afterBytes: used,
          committedBytes: committed ?? used,
          pauseMillis: 0,
          count: 0,
          uptimeMillis: null,
        };
  const large = largeObjectIn(heap, used ?? 0, setLimitBytes(commandLine));
  return {
    kind: 'heap-limit',
    reason: large?.words ?? reason,
    gc,
    tooLarge: large === null ? null : 'an array, a string, a Map or a Set',
    ...(large !== null && { isTooLargeInferred: true }),
    isCertain: true,
    lines: large === null ? [reason] : [reason, large.words],
  };
}

/** The old space that the command line allows; null where it does not say. */
export function setLimitBytes(commandLine: string): number | null {
  const megabytes = /--max[-_]old[-_]space[-_]size[= ](\d{1,9})/.exec(commandLine)?.[1];
  return megabytes === undefined ? null : Number(megabytes) * MIB;
}

/** Of the limit in use, and of that in large objects: less and more than this, and one of them could not grow. */
const FULL_SHARE = 0.7;
const LARGE_SHARE = 0.5;

/** null where the heap was full, or no single object filled it. */
function largeObjectIn(heap: unknown, used: number, setLimit: number | null): { words: string } | null {
  const limit = setLimit ?? numberIn(heap, 'memoryLimit');
  if (limit === null || limit <= 0 || used <= 0 || used > limit * FULL_SHARE) return null;
  const spaces = objectIn(objectIn(heap).heapSpaces);
  const large = Object.keys(spaces)
    .filter((name) => /large_object_space$/.test(name))
    .reduce((sum, name) => sum + Math.max(0, numberIn(spaces[name], 'used') ?? 0), 0);
  if (large < used * LARGE_SHARE) return null;
  const share = Math.round((used / limit) * 100);
  return {
    words: `${share}% of the heap's limit was in use, ${formatBytes(large)} of it by objects too large for a page of V8: one of them could not grow`,
  };
}
