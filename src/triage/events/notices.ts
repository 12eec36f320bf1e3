// Single lines that tell of an end: all tables of them, and how a line is looked up.
import type { EndEvent } from '../ends/ending.ts';
import { CLOUDS } from './notices/clouds.ts';
import { CONTAINERS } from './notices/containers.ts';
import { KERNEL } from './notices/kernel.ts';
import { eventsOf, type NoticeTable } from './notices/notice.ts';
import { PACKAGE_MANAGERS } from './notices/package-managers.ts';
import { RUNNERS } from './notices/runners.ts';
import { RUNTIMES } from './notices/runtimes.ts';
import { SHELLS } from './notices/shells.ts';
import { SUPERVISORS } from './notices/supervisors.ts';
import { SYSTEMD } from './notices/systemd.ts';

/** The narrower before the wider. */
export const NOTICES: readonly NoticeTable[] = [
  SYSTEMD,
  KERNEL,
  RUNTIMES,
  ...CLOUDS,
  RUNNERS,
  PACKAGE_MANAGERS,
  CONTAINERS,
  SHELLS,
  SUPERVISORS,
];

const MOST_CHARACTERS = 2_000;
const MAY_TELL = new RegExp([...new Set(NOTICES.map(({ words }) => `(?:${words.source})`))].join('|'), 'i');

/** What the line tells of an end; empty for all others. */
export function readNotice(line: string): EndEvent[] {
  if (line.length > MOST_CHARACTERS || !MAY_TELL.test(line)) return [];
  for (const { words, rows } of NOTICES) {
    if (!words.test(line)) continue;
    for (const { pattern, read, teller } of rows) {
      const match = pattern.exec(line);
      const tells = match && read(match);
      if (tells) return eventsOf(tells, teller, line);
    }
  }
  return [];
}
