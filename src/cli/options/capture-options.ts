// The options of a capture: its length, its cost, and what else to write. capture/capture-words.ts parses their values.

import type { Command } from 'commander';
import { type CaptureWords, DEFAULT_WORDS } from '../../capture/capture-words.ts';
import { DEFAULTS } from '../../defaults.ts';
import { writeDuration } from '../../units/duration.ts';
import { formatDuration } from '../../units/units.ts';
import type { QuietOption } from './report-options.ts';

export interface LiveOptions extends CaptureWords, QuietOption {
  whyAlive?: boolean;
  trace?: string;
  exact?: boolean;
  settle?: boolean;
}

/** To list is the work of a moment; the rest is for the threads that come later. */
const WHY_ALIVE_DURATION = writeDuration(DEFAULTS.whyAlive.durationMillis);

export function withCaptureOptions(command: Command, defaults: CaptureWords = DEFAULT_WORDS): Command {
  return command
    .option('--duration <time>', 'capture length: 30s, 2m, 500ms', defaults.duration)
    .option('--interval <time>', 'sampling interval; 8 samples or more', defaults.interval)
    .option(
      '--max-pause <time>',
      'the longest single pause culprit may cause in the target',
      defaults.maxPause,
    )
    .option(
      '--budget <percent>',
      'how long culprit may block each thread, in % of --duration',
      defaults.budget,
    )
    .option('--async <how>', 'watch async work: burst (hooks on in short bursts), full, off', defaults.async)
    .option('--cpu <when>', 'CPU profile: auto (if a thread is busy), always, off', defaults.cpu)
    .option(
      '--snapshot <when>',
      'heap snapshots: auto (when needed, and it fits), never, force (whatever the pause)',
      defaults.snapshot,
    )
    .option('--trace <file>', "also write Node's trace events (at most 100 MB)")
    .option(
      '--why-alive',
      `list what keeps the process alive; captures for ${formatDuration(DEFAULTS.whyAlive.durationMillis)} unless --duration is given`,
    )
    .hook('preAction', (called) => {
      const isGiven = called.getOptionValueSource('duration') !== 'default';
      if (called.getOptionValue('whyAlive') && !isGiven)
        called.setOptionValue('duration', WHY_ALIVE_DURATION);
    });
}

/** Of the commands that look at a process of this machine. */
export function withFamilyOptions(command: Command): Command {
  return command
    .option('--exact', 'exactly this process, even if it is npm or the primary of a cluster')
    .option(
      '--settle',
      `first wait until the process is past its start-up, at most until it is ${formatDuration(DEFAULTS.settle.ageMillis)} old`,
    );
}

/** Part of the help of every command with a target. */
export const TARGET_HELP = `A target is one of
  4242                 a process id
  :3000                the port that the app (or its inspector) listens on
  server.js            a part of the command line, or the name PM2 has for it
  127.0.0.1:9229       the address of an open inspector, or its ws:// URL
  -- node app.js ...   a command to launch`;
