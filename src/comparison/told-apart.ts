// What runs of a comparison must not be: one recording twice on a side, which no two runs are, and, without a word, two programs.
import { createHash, type Hash } from 'node:crypto';
import { basename } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Recording } from '../recording/reader.ts';
import type { NamedRecording } from '../recording/several.ts';

/** Of one side. Throws UsageError where two of them have one content, whatever they are called. */
export function refuseTwice(recordings: readonly NamedRecording[]): void {
  const seen = new Map<string, string>();
  for (const { name, recording } of alike(recordings)) {
    const content = contentOf(recording);
    const first = seen.get(content);
    if (first !== undefined)
      throw new UsageError(
        first === name
          ? `${name} is given twice: one recording is one run.`
          : `${first} and ${name} are the same recording: one recording is one run.`,
        'Give each recording once; `culprit record` makes another run.',
      );
    seen.set(content, name);
  }
}

/** Only those that could be the same: to read all of a recording once more takes time. */
function alike(recordings: readonly NamedRecording[]): NamedRecording[] {
  const size = ({ recording: { manifest, lines, profiles } }: NamedRecording) =>
    `${manifest.target.pid} ${manifest.capture.startedAt} ${lines.length} ${profiles.length}`;
  const counts = new Map<string, number>();
  for (const each of recordings) counts.set(size(each), (counts.get(size(each)) ?? 0) + 1);
  return recordings.filter((each) => counts.get(size(each))! > 1);
}

function contentOf({ manifest, lines, profiles }: Recording): string {
  const hash = createHash('sha256');
  add(hash, manifest.target.pid);
  add(hash, manifest.capture.startedAt);
  for (const line of lines) add(hash, line);
  // Files of other tools are called as their file is.
  for (const { content } of profiles) add(hash, content);
  return hash.digest('hex');
}

function add(hash: Hash, part: unknown): void {
  hash.update(`${JSON.stringify(part)}\n`);
}

/** A warning where the sides ran scripts of other names, and no app or package that both have says that they are one program. */
export function warnOfPrograms(base: readonly NamedRecording[], head: readonly NamedRecording[]): string[] {
  const [was, is] = [programsOf(base), programsOf(head)];
  if (was.scripts.size === 0 || is.scripts.size === 0) return [];
  if (meet(was.scripts, is.scripts) || meet(was.apps, is.apps)) return [];
  const names = (scripts: Set<string>) => [...scripts].slice(0, 3).join(', ');
  return [
    `The sides seem to be different programs: base ran ${names(was.scripts)}, head ran ${names(is.scripts)}. A comparison is meaningful only for two versions of one program.`,
  ];
}

function programsOf(recordings: readonly NamedRecording[]): { scripts: Set<string>; apps: Set<string> } {
  const targets = recordings.map(({ recording }) => recording.manifest.target);
  return {
    scripts: new Set(targets.flatMap(({ title }) => scriptIn(title) ?? [])),
    apps: new Set(targets.flatMap(({ app }) => app ?? [])),
  };
}

const meet = (some: Set<string>, others: Set<string>) => [...some].some((each) => others.has(each));

/** "node --inspect dist/server.js 80" ran "server"; undefined: that is no command of a script. */
function scriptIn(title: string): string | undefined {
  const [program, ...words] = title.split(' ');
  if (program !== 'node') return undefined;
  const script = words.find((word) => /\.[cm]?[jt]sx?$/.test(word) && !word.startsWith('-'));
  return script === undefined ? undefined : basename(script).replace(/\.[cm]?[jt]sx?$/, '');
}
