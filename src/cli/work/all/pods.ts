// `culprit k8s --all`: every pod of a workload, and one report that shows how they differ.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseCaptureWords } from '../../../capture/capture-words.ts';
import { UsageError } from '../../../errors.ts';
import type { ExitCode } from '../../../exit-codes.ts';
import type { DiagnosisReport, FamilyMember } from '../../../model/finding.ts';
import { mergeProfiles, type NamedRecording } from '../../../recording/several.ts';
import { checkWritable } from '../../../recording/writer.ts';
import { findPods, type PodsQuery } from '../../../remote/find-pods.ts';
import { listenForInterrupt } from '../../interrupt.ts';
import { parseCount } from '../../options/values.ts';
import { createStepProgress } from '../../progress.ts';
import { placeAsTyped } from '../../remote-place.ts';
import { diagnoseFrom, type K8sOptions, refuseWhatStaysHome, severityIn } from '../k8s.ts';
import { type LookedAt, lookAtPods, type PodLooks } from './look-at-pods.ts';
import { refuseTogether, reportFamily } from './report-family.ts';

export async function diagnosePods(name: string | undefined, options: K8sOptions): Promise<ExitCode> {
  const query = podsQuery(name, options);
  if (name === undefined && options.selector === undefined)
    throw new UsageError(
      '--all needs a workload or labels.',
      'Give deployment/NAME (or statefulset, daemonset), or labels with -l.',
    );
  const failOn = severityIn(options);
  const recordings: NamedRecording[] = [];
  const { members, isInterrupted } = await withPodLooks(options, async (looks) => {
    const found = await findPods(query);
    if (options.out !== undefined) mkdirSync(options.out, { mode: 0o700 });
    const looked = await lookAtPods(found, looks, async (recording, place) => {
      if (options.flame !== undefined) recordings.push({ name: place.name, pair: null, recording });
      return diagnoseFrom(recording, place, options);
    });
    return { members: looked.map(asMember), isInterrupted: looks.signal.aborted };
  });
  const code = await reportFamily(members, options, { failOn, isInterrupted });
  if (options.flame !== undefined && recordings.length > 0)
    await (await import('../flame.ts')).writeFlameIfAny(mergeProfiles(recordings), options.flame);
  return code;
}

/** Which pods are meant. Throws UsageError for what does not go with several pods. */
export function podsQuery(name: string | undefined, options: K8sOptions): PodsQuery {
  const { selector, dryRun } = options;
  refuseWhatStaysHome(options);
  parseCaptureWords(options);
  if (name !== undefined && selector !== undefined)
    throw new UsageError(
      'Both a name and labels (-l) were given, but only one of them can select the pods.',
      'Leave one of the two out.',
    );
  const { name: _typed, ...place } = placeAsTyped(name ?? '', options);
  const { engine } = place.transport;
  if (engine !== 'kubectl')
    throw new UsageError(
      `Only kubectl can select several pods; ${engine} cannot.`,
      'Diagnose them one at a time.',
    );
  refuseTogether({ '--dry-run': dryRun });
  if (options.out !== undefined) checkWritable(options.out);
  return { ...place, name, selector };
}

/** With Ctrl-C and progress of the terminal. */
export async function withPodLooks<T>(
  options: K8sOptions,
  work: (looks: PodLooks) => Promise<T>,
): Promise<T> {
  const parallel = parseCount(options.parallel, '--parallel', 1);
  const interrupt = listenForInterrupt();
  const progress = await createStepProgress(options.quiet === true);
  const { out } = options;
  const keepAs = (name: string) => (out === undefined ? undefined : join(out, `${name}.tgz`));
  try {
    return await work({ options, parallel, signal: interrupt.signal, progress, keepAs });
  } finally {
    progress.end();
    interrupt.dispose();
  }
}

function asMember({ found, result: report, notLookedAt }: LookedAt<DiagnosisReport>): FamilyMember {
  const { pod, container = pod.containers[0] } = found;
  const { name, namespace, node } = pod;
  const pid = report?.target.pid;
  return {
    name,
    ...(typeof pid === 'number' && { pid }),
    role: 'pod',
    ...(container && container.command.length > 0 && { command: container.command.join(' ') }),
    pod: {
      namespace,
      ...(node !== undefined && { node }),
      ...(container?.image && { image: container.image }),
      ...(container && { restarts: container.restarts }),
    },
    ...(report && { report }),
    ...(notLookedAt !== undefined && { notLookedAt }),
  };
}
