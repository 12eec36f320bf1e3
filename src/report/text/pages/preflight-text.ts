// A preflight as terminal text: yes or no first, then, if yes, a table of the steps. Nothing is written here.
import type { Preflight, PreflightStep } from '../../../model/settings/preflight.ts';
import { formatBytes, formatDuration } from '../../../units/units.ts';
import { escapeAllStrings } from '../../escape.ts';
import { hangingLines, labelledLines } from '../../layout.ts';

const WIDTH = 100;

/** Ends in a newline. Strings from the target are made inert first. */
export function renderPreflight(preflight: Preflight, isQuiet: boolean): string {
  const safe = escapeAllStrings(preflight);
  const name = describeProcess(safe);
  const answer = safe.canAttach
    ? [
        `CAN ATTACH to ${name}: ${safe.inspector === 'open' ? 'its inspector is open' : 'SIGUSR1 would open its inspector, and culprit would close it afterwards'}.`,
        ...(safe.caveat === undefined ? [] : hangingLines('  ', safe.caveat, WIDTH)),
      ]
    : [`CANNOT ATTACH to ${name}: ${safe.reason}.`, `  ${safe.cure}`];
  if (isQuiet || !safe.canAttach) return `${answer.join('\n')}\n`;
  const lines = [
    ...answer,
    '',
    'What a capture would do',
    ...safe.steps.flatMap(renderStep),
    '',
    ...labelledLines('Memory', [describeMemory(safe)], WIDTH),
    ...labelledLines('Notes', safe.notes, WIDTH),
  ];
  return `${lines.join('\n')}\n`;
}

function describeProcess({ command, pid, nodeVersion }: Preflight): string {
  if (command === '') return `pid ${pid}`;
  return `${command} (pid ${pid}${nodeVersion === null ? '' : `, Node.js ${nodeVersion}`})`;
}

function renderStep({ step, when, what, pauseMillis, extraBytes, reason }: PreflightStep): string[] {
  const costs = [
    pauseMillis === undefined ? '' : `pause up to ${formatDuration(pauseMillis)}`,
    extraBytes === undefined ? '' : `${formatBytes(extraBytes)} more memory`,
  ].filter((cost) => cost !== '');
  const cost = costs.length === 0 ? '' : `; ${costs.join(', ')}`;
  const head = `   ${step.padEnd(10)}${when.padEnd(13)}`;
  return hangingLines(head, `${what}${cost}${reason === undefined ? '' : `. Left out: ${reason}`}`, WIDTH);
}

function describeMemory({ heapAtMostBytes, roomBytes, roomLimitedBy }: Preflight): string {
  const heap =
    heapAtMostBytes === undefined ? 'heap unknown' : `heap at most ${formatBytes(heapAtMostBytes)}`;
  return roomBytes === undefined
    ? heap
    : `${heap}; about ${formatBytes(roomBytes)} left below ${roomLimitedBy}`;
}
