// `culprit k8s --compare`: the pods of two sides, captured in the same minutes, to the verdict and gates of `culprit
// compare`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareRecordings, type RecordedSide } from '../../../comparison/compare-recordings.ts';
import { DEFAULTS } from '../../../defaults.ts';
import { AttachError, UsageError } from '../../../errors.ts';
import { EXIT, type ExitCode } from '../../../exit-codes.ts';
import type { Recording } from '../../../recording/reader.ts';
import { findSide, type PodSide, type PodsQuery } from '../../../remote/find-pods.ts';
import { tellComparison } from '../../comparison-output.ts';
import { readGates } from '../../gating.ts';
import type { K8sOptions } from '../k8s.ts';
import { type LookedAt, lookAtPods } from './look-at-pods.ts';
import { podsQuery, withPodLooks } from './pods.ts';

const SIDES = ['base', 'head'] as const;

export async function comparePods(name: string | undefined, options: K8sOptions): Promise<ExitCode> {
  const query = podsQuery(name, options);
  const words = sidesIn(options.compare!);
  const gates = readGates({ failOn: options.failOn });
  const looked = await withPodLooks(options, async (looks) => {
    const [base, head] = await findSides(words, query);
    const { out } = options;
    if (out !== undefined)
      for (const side of SIDES) mkdirSync(join(out, side), { recursive: true, mode: 0o700 });
    const headNames = new Set(head.pods.map(({ pod }) => pod.name));
    const keepAs = (pod: string) =>
      out === undefined ? undefined : join(out, SIDES[headNames.has(pod) ? 1 : 0], `${pod}.tgz`);
    // In turns, so that what changes with time changes both sides.
    const pods = inTurns(base.pods, head.pods);
    const outcomes = await lookAtPods(pods, { ...looks, keepAs }, async (recording) => recording);
    const sideOf = ({ label }: PodSide, isHead: boolean) =>
      asSide(
        label,
        outcomes.filter(({ found }) => headNames.has(found.pod.name) === isHead),
      );
    return { sides: [sideOf(base, false), sideOf(head, true)] as const, isInterrupted: looks.signal.aborted };
  });
  const [base, head] = looked.sides;
  if (looked.isInterrupted && looked.sides.some(({ recordings }) => recordings.length === 0)) {
    process.stderr.write('culprit: interrupted before both sides were captured.\n');
    return EXIT.interrupted;
  }
  refuseEmpty(base);
  refuseEmpty(head);
  const smallest = gates.config.smallest ?? DEFAULTS.comparison.smallest;
  const { comparison, compared } = compareRecordings(base, head, { smallest });
  const warnings = [...base.missing, ...head.missing, ...comparison.warnings];
  return tellComparison({ comparison: { ...comparison, warnings }, compared }, gates, options);
}

/** Throws UsageError. */
function sidesIn(text: string): [string, string] {
  const words = text.split(',').map((word) => word.trim());
  const [base, head] = words;
  if (base && head && words.length === 2 && base !== head) return [base, head];
  throw new UsageError(
    `--compare "${text}" does not name two sides.`,
    'Give old,new (of a rollout), two ReplicaSets or workloads, or a label each: --compare track=stable,track=canary. Labels that both sides share go into -l.',
  );
}

async function findSides([base, head]: [string, string], query: PodsQuery): Promise<[PodSide, PodSide]> {
  const sides: [PodSide, PodSide] = [await findSide(base, query), await findSide(head, query)];
  const [names, others] = sides.map(({ pods }) => pods.map(({ pod }) => pod.name)) as [string[], string[]];
  const shared = names.find((name) => others.includes(name));
  if (shared !== undefined)
    throw new UsageError(
      `Pod ${shared} is on both sides: ${base} and ${head}.`,
      'Name two sides that share no pod.',
    );
  return sides;
}

function inTurns<T>(one: readonly T[], other: readonly T[]): T[] {
  return Array.from({ length: Math.max(one.length, other.length) }, (_, index) => [
    ...one.slice(index, index + 1),
    ...other.slice(index, index + 1),
  ]).flat();
}

interface LookedSide extends RecordedSide {
  /** Why pods of it are missing: sentences. */
  missing: string[];
}

function asSide(label: string, outcomes: readonly LookedAt<Recording>[]): LookedSide {
  return {
    label,
    recordings: outcomes.flatMap(({ found, result }) =>
      result ? [{ name: found.pod.name, pair: null, recording: result }] : [],
    ),
    missing: outcomes.flatMap(({ found, notLookedAt }) =>
      notLookedAt === undefined ? [] : [`Pod ${found.pod.name} of ${label} is missing: ${notLookedAt}`],
    ),
  };
}

function refuseEmpty({ label, recordings, missing: [reason = ''] }: LookedSide): void {
  if (recordings.length === 0)
    throw new AttachError(
      `No pod of ${label} could be diagnosed. ${reason}`.trim(),
      'Diagnose one of them alone: culprit k8s POD.',
    );
}
