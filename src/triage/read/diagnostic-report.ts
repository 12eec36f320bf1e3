// Node's diagnostic report (report.*.json) as an end: what triggered it, the stack, the heap, the command line.

import { listIn, numberIn, objectIn, textIn } from '../../model/decode/unknown-json.ts';
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
      ? fatalOf(header, javascriptHeap)
      : null;
  if (!event) return null;
  const time = textIn(header, 'dumpEventTime');
  return {
    ...NO_ENDING,
    events: [event],
    firstTime: time,
    lastTime: time,
    nodeVersion: textIn(header, 'nodejsVersion').replace(/^v/, ''),
    commandLine: listIn(header, 'commandLine').map(String).join(' ').slice(0, 1_000),
  };
}

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

function fatalOf(header: unknown, heap: unknown): EndEvent {
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
  return { kind: 'heap-limit', reason, gc, isCertain: true, lines: [reason] };
}
