// CPU profiles of captures: kept as pprof in a folder, the oldest removed, and pushed to Pyroscope from there. The folder is
// the queue: only names are in memory.
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ProfilesConfig, PyroscopeConfig } from '../../config/watch-config.ts';
import type { WatchClock } from '../../store/clock.ts';
import { DISK_FULL, isDiskFull, plain } from '../../store/evidence.ts';
import { type Channel, createChannel } from '../channel.ts';
import { appended, type Delivery, isDue } from '../outbox.ts';
import { post } from '../post.ts';
import { type ProfileFacts, pushRequest } from './pyroscope.ts';

export interface MadeProfile {
  file: string;
  target: string;
  source: ProfileFacts['source'];
}

export interface ProfileSpool {
  /** Where the next profile of a target goes; undefined: no file can be made. */
  nextFile(target: string): string | undefined;
  /** A look that was to write it is over; there may be no file. */
  made(profile: MadeProfile): void;
  /** Null: they are not pushed. */
  readonly channel: Channel<MadeProfile> | null;
}

export interface SpoolOptions {
  config: ProfilesConfig;
  clock: WatchClock;
  onNews: (delivery: Delivery) => void;
  /** The folder cannot be used. */
  onTrouble: (words: string) => void;
}

export const MOST_PUSHES_QUEUED = 200;
const LARGEST_BYTES = 8 * 2 ** 20;
const ENDING = '.pb.gz';

export function createProfileSpool({ config, clock, onNews, onTrouble }: SpoolOptions): ProfileSpool {
  const { folder, quotaBytes, labels, pyroscope } = config;
  const channel =
    pyroscope &&
    createChannel<MadeProfile>({
      clock,
      next: (state, atMillis) => (isDue(state, atMillis) ? state.queue.slice(0, 1) : []),
      send: ([profile]) => push(profile!, pyroscope, labels),
      onNews,
    });
  let number = 0;
  let trouble = '';

  /** Said once, until it is another. */
  function said(words: string): void {
    if (words !== trouble) onTrouble(words);
    trouble = words;
  }

  return {
    channel,
    nextFile(target) {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        if (isDiskFull(folder)) throw new Error(DISK_FULL);
      } catch (error) {
        said(`profiles cannot be kept: ${(error as Error).message}`);
        return undefined;
      }
      trouble = '';
      const at = new Date(clock.wall()).toISOString().replaceAll(/[:.]/g, '-');
      number += 1;
      return join(folder, `${at}-${number}-${plain(target)}${ENDING}`);
    },
    made(profile) {
      if (sizeOf(profile.file) === undefined) return;
      channel?.put((state) => appended(state, profile, { items: MOST_PUSHES_QUEUED }));
      try {
        keepNewest(folder, quotaBytes);
      } catch (error) {
        said(`profiles cannot be removed: ${(error as Error).message}`);
      }
    },
  };
}

/** What is no longer there, or too large, is lost, and counted as such. */
async function push(
  { file, target, source }: MadeProfile,
  { url, tokenFile, tenant }: PyroscopeConfig,
  labels: ProfilesConfig['labels'],
): Promise<Delivery> {
  const size = sizeOf(file);
  if (size === undefined) return { is: 'refused', reason: 'its file was removed before it could be sent' };
  if (size > LARGEST_BYTES) return { is: 'refused', reason: 'a profile is too large to be sent' };
  let profile: Uint8Array;
  try {
    profile = readFileSync(file);
  } catch (error) {
    return { is: 'refused', reason: (error as Error).message };
  }
  const request = pushRequest(profile, { target, host: hostname(), source, labels });
  const headers: Record<string, string> = tenant === undefined ? {} : { 'x-scope-orgid': tenant };
  return post({ url, ...(tokenFile !== undefined && { tokenFile }) }, JSON.stringify(request), { headers });
}

/** Names begin with the time. */
function keepNewest(folder: string, quotaBytes: number): void {
  let used = 0;
  const names = readdirSync(folder).filter((name) => name.endsWith(ENDING));
  for (const name of names.sort().reverse()) {
    const path = join(folder, name);
    used += sizeOf(path) ?? 0;
    if (used > quotaBytes) rmSync(path, { force: true });
  }
}

function sizeOf(path: string): number | undefined {
  try {
    return lstatSync(path).size;
  } catch {
    return undefined;
  }
}
