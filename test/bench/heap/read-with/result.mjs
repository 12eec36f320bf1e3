// What each reader prints when it is done: wall time since its process began to read, and the most memory it ever had.
import { readFileSync } from 'node:fs';

export function printResult(startMillis, facts) {
  const peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  const millis = Math.round(performance.now() - startMillis);
  process.stdout.write(
    `\nRESULT ${JSON.stringify({ millis, peakMb: Math.round(peakKb / 1024), ...facts })}\n`,
  );
}
