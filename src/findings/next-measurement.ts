// Of a finding that leaves something open: what is not known, and the one command that would settle it.
import type { Facts } from '../analysis/facts.ts';
import type { NextMeasurement } from '../model/finding.ts';
import { pauseFor } from '../units/duration.ts';
import type { Draft } from './rule.ts';
import { isYoung } from './verdict/young-process.ts';

const LARGER_BUDGET_PERCENT = 5;

const COUNTED: readonly Draft['effect'][] = ['fds', 'sockets', 'handles', 'threads', 'processes', 'timers'];
const IN_MEMORY: readonly Draft['effect'][] = ['heap', 'external', 'native'];

/** What a rule has left open, where it does not say so itself. Nothing of files that other tools made. */
export function measureNext(draft: Draft, facts: Facts): Pick<Draft, 'nextMeasurement'> {
  const { nextMeasurement, effect, subject, impact } = draft;
  if (nextMeasurement || facts.observations.origin) return { nextMeasurement };
  const isGrowth = impact.unit === 'per second' || impact.unit === 'bytes/s';
  // Who connects to a port of the program's own is no matter of its code.
  const isInbound = subject.type === 'socket' && subject.name.startsWith(':');
  if (isGrowth && COUNTED.includes(effect) && subject.file === null && !isInbound)
    return { nextMeasurement: measureMaker(facts) };
  if (isGrowth && IN_MEMORY.includes(effect) && isYoung(facts))
    return { nextMeasurement: measureLonger(facts, 'Whether this continues after start-up.') };
  return {};
}

/** Who holds what accumulates. */
export function measureHolder(facts: Facts): NextMeasurement {
  const { warnings, classes } = facts.observations;
  // A second count of all objects would say no more than the first.
  const isCounted = classes.length > 0;
  const refused = isCounted ? undefined : warnings.find(isRefusedForPause);
  const pause = refused ? ` --max-pause ${pauseFor(refused.estimateMillis)}` : '';
  const isSpent = !isCounted && warnings.some(({ code }) => code === 'budget-spent');
  const budget = isSpent ? ` --budget ${LARGER_BUDGET_PERCENT}` : '';
  const snapshot = refused?.code === 'census-too-long' || budget ? '' : ' --snapshot force';
  return {
    unknown: 'What retains these objects: allocation stacks show only the code that creates them.',
    command: `culprit diagnose ${targetOf(facts)} --duration 60s${snapshot}${pause}${budget}`,
  };
}

/** Which code makes what accumulates. */
function measureMaker(facts: Facts): NextMeasurement {
  return {
    unknown: 'Which code creates them: the async hooks ran only in short bursts and did not see it.',
    command: `culprit diagnose ${targetOf(facts)} --async full --duration 30s`,
  };
}

/** Whether what rises goes on rising. */
export function measureLonger(facts: Facts, unknown: string): NextMeasurement {
  return { unknown, command: `culprit diagnose ${targetOf(facts)} --duration 5m` };
}

/** Whoever reads it may paste it into a shell, and a program chooses its own title. */
const PLAIN_COMMAND = /^([\w./-]*\/)?node( [\w./@:=+,-]+)+$/;

/** Whether native code keeps what it takes, or malloc does. */
export function measureArenas({ observations }: Facts): NextMeasurement {
  const title = observations.target.title ?? '';
  const command = PLAIN_COMMAND.test(title) ? title : 'node <program>';
  return {
    unknown:
      'Whether native code or the allocator keeps this memory. With few arenas, only memory that native code holds keeps growing.',
    command: `MALLOC_ARENA_MAX=2 culprit diagnose --duration 2m -- ${command}`,
  };
}

type Warning = Facts['observations']['warnings'][number];
type Refused = Extract<Warning, { code: 'census-too-long' | 'snapshot-too-long' }>;

function isRefusedForPause(warning: Warning): warning is Refused {
  return warning.code === 'census-too-long' || warning.code === 'snapshot-too-long';
}

/** A recording may not say, and the process may be gone. */
function targetOf(facts: Facts): string {
  return String(pidToUse(facts) ?? '<pid>');
}

/** The process id for commands; null: none that would be right. */
export function pidToUse({ observations }: Facts): number | null {
  return observations.isPast ? null : observations.target.pid;
}
