// A watch that runs as people start it, and what it decided so far.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision } from '../../../src/watch/store/decision-log.ts';
import { type RunningCulprit, startCulprit } from './culprit.ts';
import { until } from './wait.ts';

export const WAIT_MILLIS = 150_000;

/** No rule but those that a test gives. */
export const QUIET = { interval: '1s', defaults: false, light: { off: true } };

const watches: RunningCulprit[] = [];

export function endAllWatches(): void {
  for (const watch of watches) watch.kill('SIGKILL');
}

export interface Watching {
  watch: RunningCulprit;
  dir: string;
  folder: string;
  decisions(): Decision[];
  /** Of the given kind, once it is there. */
  decision(is: (decision: Decision) => boolean): Promise<Decision>;
}

export function startWatch(
  config: object,
  args: string[] = [],
  dir = mkdtempSync(join(tmpdir(), 'culprit-watch-')),
): Watching {
  writeFileSync(join(dir, 'culprit.watch.json'), JSON.stringify(config));
  const watch = startCulprit(['watch', '--json', ...args], { cwd: dir, atMostMillis: 390_000 });
  watches.push(watch);
  const folder = join(dir, 'culprit-watch');
  const decisions = () => {
    try {
      const lines = readFileSync(join(folder, 'decisions.jsonl'), 'utf8').trim().split('\n');
      return lines.map((line) => JSON.parse(line) as Decision);
    } catch {
      return [];
    }
  };
  const decision = (is: (decision: Decision) => boolean) =>
    until('a decision', () => decisions().find(is), WAIT_MILLIS, 200);
  return { watch, dir, folder, decisions, decision };
}
