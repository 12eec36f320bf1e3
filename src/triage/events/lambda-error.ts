// The line that AWS Lambda's runtime for Node.js prints for an uncaught error: request, level and JSON.
import type { EndEvent } from '../ends/ending.ts';
import { parseJsonLine } from '../read/json-line.ts';

const LINE = /^(?:\S+\t)?\S{0,60}\tERROR\t(Uncaught Exception|Unhandled Promise Rejection) *\t(\{.*\})$/;

/** null for all other lines. */
export function readLambdaError(line: string): EndEvent | null {
  const match = line.includes('\tERROR\tUn') ? LINE.exec(line) : null;
  const error = match && parseJsonLine(match[2]!)?.error;
  if (!match || !error) return null;
  return {
    kind: 'uncaught',
    error,
    isRejection: match[1]!.startsWith('Unhandled'),
    isThrown: match[1]!.startsWith('Uncaught'),
    place: '',
    isCertain: true,
    lines: [line.slice(0, 2_000)],
  };
}
