// A command line that would settle what is not known, as a call of the tool `diagnose`, where that tool can do it.
import type { NextMeasurement } from '../model/finding.ts';
import { parseDuration } from '../units/duration.ts';
import { LOOK_BOUNDS } from './look-words.ts';

export interface NextCall {
  call?: { tool: 'diagnose'; arguments: Record<string, string | number> };
}

/** Nothing for any other command, and where an option has no argument of the tool. */
export function asCall({ command }: NextMeasurement): NextCall {
  const [program, name, pid, ...words] = command.split(' ');
  if (program !== 'culprit' || name !== 'diagnose' || !/^\d+$/.test(pid ?? '')) return {};
  const given: Record<string, string | number> = { pid: Number(pid) };
  for (let at = 0; at < words.length; at += 2) {
    const argument = argumentFor(words[at]!, words[at + 1] ?? '');
    if (!argument) return {};
    given[argument.name] = argument.value;
  }
  return { call: { tool: 'diagnose', arguments: given } };
}

function argumentFor(option: string, word: string): { name: string; value: string | number } | undefined {
  const millis = parseDuration(word);
  if (option === '--snapshot' || option === '--async') return { name: option.slice(2), value: word };
  if (option === '--duration' && millis !== undefined) {
    const seconds = Math.ceil(millis / 1_000);
    return { name: 'durationSeconds', value: Math.min(LOOK_BOUNDS.mostSeconds, seconds) };
  }
  if (option === '--budget' && /^\d+(\.\d+)?$/.test(word))
    return { name: 'budgetPercent', value: Number(word) };
  if (option === '--max-pause' && millis !== undefined) return { name: 'maxPauseMs', value: millis };
  return undefined;
}
