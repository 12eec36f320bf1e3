// What a shell proposes as the value of an option or argument: files, folders, or the words that it takes.
import { ASYNC_MODES, CPU_MODES, SNAPSHOT_MODES } from '../../capture/context.ts';
import { FINDING_KINDS, SEVERITIES } from '../../model/finding.ts';
import { SHELLS } from '../options/values.ts';

export type Completed = 'nothing' | 'file' | 'folder' | readonly string[];

/** By how the option is declared. */
export const OPTION_WORDS: Readonly<Record<string, readonly string[]>> = {
  '--async <how>': ASYNC_MODES,
  '--cpu <when>': CPU_MODES,
  '--snapshot <when>': SNAPSHOT_MODES,
  '--fail-on <severity>': SEVERITIES,
  '--fail-on <what>': SEVERITIES,
  '--compare <sides>': ['old,new'],
  '--fail-on <rule>': ['any', 'heap.leak', 'findings.new'],
  '--on-unsure <how>': ['pass', 'fail'],
  '--renderer <name>': ['speedscope', '0x', 'collapsed', 'speedscope-json', 'pprof'],
  '--by <what>': ['function', 'package', 'file'],
  '--via <program>': ['kubectl', 'podman', 'docker', 'ssh'],
  '--min-level <number>': ['1', '2', '3', '4', '5'],
  '--drill [what]': ['target'],
};

/** Arguments that are neither files nor one of these words are not proposed: pids, pods. */
export const ARGUMENT_WORDS: Readonly<Record<string, readonly string[]>> = {
  kind: FINDING_KINDS,
  shell: SHELLS,
};

const FILE_ARGUMENTS = ['path', 'snapshot', 'recording|profile', 'files', 'file', 'base and head'];

export function completedForArgument(name: string): Completed {
  const words = ARGUMENT_WORDS[name];
  if (words !== undefined) return words;
  return FILE_ARGUMENTS.includes(name) ? 'file' : 'nothing';
}

export function completedForOption(flags: string): Completed {
  const words = OPTION_WORDS[flags.replace(/^-\w, /, '')];
  if (words !== undefined) return words;
  const name = /[<[](.*)[>\]]$/.exec(flags)?.[1] ?? '';
  if (name === 'dir') return 'folder';
  return /^(?:files?|paths?|ref\|dir)(?:\.\.\.)?$/.test(name) ? 'file' : 'nothing';
}
