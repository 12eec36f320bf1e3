// Single lines that report an end: all tables of them, and how a line is looked up.
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
/** A part of each word of the tables, few and short: most lines of most logs end here. */
const MAY_TELL =
  /[Kk]ill|exit(?:ed|\(| (?:code|status))|Exit|SIG|crash|emory|OOM|oom|panic|[Ff]ault|[Aa]bort|ignal|erminat|\.s(?:ervice|cope|lice)|R1\d|code[=:]|Runtime|imed? ?out|Container|container|npm |[Tt]rap|nstruction|FATAL|died|ssert|\(\): |option|NODE_OPT|is an invalid|must be|requires an|Job |ailed|angup|rror \d|corrupt|smashing|settled|Resource|Cannot|unner|estart|canceled|rash|gone|ended|retries|stopped|PID \d|rrored|time of|LIFECYCLE|ERR_PNPM|Bus error|bus error|loating|xitCode|Exception Type|malloc|ad system|libc/;

/** Access logs start with addresses; of the tables only a container's id and a request's do. */
const MAY_TELL_AFTER_DIGIT = /Exited \(|timed out|panic|crashed|Error|error (?:code|errno|Exit|signal)/;

function mayTell(line: string): boolean {
  const first = line.charCodeAt(0);
  return first >= 48 && first <= 57 ? MAY_TELL_AFTER_DIGIT.test(line) : MAY_TELL.test(line);
}

/** What the line tells of an end; empty for all others. */
export function readNotice(line: string): EndEvent[] {
  if (line.length > MOST_CHARACTERS || !mayTell(line)) return [];
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
