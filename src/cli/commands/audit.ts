// `culprit audit`: how ready a process is for production.
import { audit } from '../../audit/audit.ts';
import type { AuditOptions } from '../../audit/rule.ts';
import { parseTime } from '../../capture/capture-words.ts';
import { readSettings } from '../../capture/settings/settings.ts';
import { UsageError } from '../../errors.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Report } from '../../model/finding.ts';
import { GRACE_PERIOD_SECONDS, type PodContainer } from '../../model/pod.ts';
import type { Settings } from '../../model/settings.ts';
import { parsePod, readPodFile } from '../../recording/files/pod-file.ts';
import { readSettingsFile } from '../../recording/files/settings-file.ts';
import { nameOf, reach } from '../../remote/reach.ts';
import { readSettingsRemotely } from '../../remote/remote-recording.ts';
import { attachTarget, localPidOf } from '../../target/attach-target.ts';
import { findTarget } from '../../target/find-target.ts';
import { exitCodeFor, parseSeverity } from '../exit-codes.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { printReport, type ReportOutput, writeWhole } from '../output.ts';
import { findPlace, type PlaceOptions, reachOptions } from '../remote-place.ts';

export interface AuditCommandOptions extends ReportOutput, PlaceOptions {
  podSpec?: string;
  balancerIdle?: string;
  failOn?: string;
  minLevel?: string;
  save?: string;
  settings?: string;
  drill?: string | boolean;
  /** With k8s: which process there. */
  target: string;
}

/** `target` is "k8s" where a pod, container or host follows. */
export async function auditCommand(
  target: string | undefined,
  remote: string | undefined,
  options: AuditCommandOptions,
): Promise<void> {
  const failOn = parseSeverity(options.failOn);
  const minLevel = parseLevel(options.minLevel);
  const judging = parseJudging(options);
  const { settings, pod, location } = await gather(target, remote, options);
  if (options.save !== undefined) writeWhole(options.save, `${JSON.stringify(settings, null, 2)}\n`);
  const report = audit(settings, pod, judging);
  if (location !== undefined) report.target.location = location;
  printReport(report, options);
  process.exitCode = isBelow(report, minLevel) ? EXIT.gateFailed : exitCodeFor(report, failOn);
}

interface Gathered {
  settings: Settings;
  pod: PodContainer | undefined;
  location?: string;
}

async function gather(
  target: string | undefined,
  remote: string | undefined,
  options: AuditCommandOptions,
): Promise<Gathered> {
  if ((target === undefined) === (options.settings === undefined))
    throw new UsageError(
      'Give one target, or --settings FILE.',
      'See the Node.js processes here with `culprit ps`.',
    );
  if (remote !== undefined && target !== 'k8s')
    throw new UsageError(`"${remote}" is one word too many.`, 'A pod is given as: culprit audit k8s NAME.');
  if (target === 'k8s') return lookThere(remote, options);
  const pod = readPod(options);
  if (target === undefined) return { settings: readSettingsFile(options.settings!), pod };
  return { settings: await lookAt(target, options, pod), pod };
}

/** Through a link: the recorder reads the settings, kubectl tells the pod. */
async function lookThere(name: string | undefined, options: AuditCommandOptions): Promise<Gathered> {
  if (name === undefined) throw new UsageError('Which pod?', 'culprit audit k8s POD, or deployment/NAME.');
  if (options.drill)
    throw new UsageError('--drill does not go over a link.', 'Run it where a copy can be started.');
  const interrupt = listenForInterrupt();
  try {
    const found = await findPlace(name, options);
    const args = ['settings', options.target];
    const ways = { ...reachOptions(found, options), args, signal: interrupt.signal };
    const settings = await reach(ways, readSettingsRemotely);
    const asJson = found.pod && JSON.stringify(found.pod.json);
    const pod = asJson ? parsePod(asJson, found.place.name, found.place.container) : readPod(options);
    return { settings, pod, location: nameOf(found.place) };
  } finally {
    interrupt.dispose();
  }
}

function isBelow({ audit: judged }: Report, minLevel: number | undefined): boolean {
  return minLevel !== undefined && judged !== undefined && judged.level < minLevel;
}

async function lookAt(
  word: string,
  { drill }: AuditCommandOptions,
  pod: PodContainer | undefined,
): Promise<Settings> {
  const target = await findTarget(word);
  const attachment = await attachTarget(target);
  const localPid = localPidOf(target, attachment);
  const settings = await readSettings(attachment, localPid);
  if (drill === undefined || drill === false) return settings;
  const { runDrill } = await import('../../workload/drill.ts');
  const grace = pod?.gracePeriodSeconds ?? GRACE_PERIOD_SECONDS;
  return { ...settings, drill: await runDrill(settings, localPid, drill === 'target', grace) };
}

function parseLevel(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-5]$/.test(text))
    throw new UsageError(`--min-level cannot be "${text}".`, 'Levels go from 1 to 5.');
  return Number(text);
}

function parseJudging({ balancerIdle, drill }: AuditCommandOptions): AuditOptions {
  if (typeof drill === 'string' && drill !== 'target' && drill !== 'copy')
    throw new UsageError(
      `--drill cannot be "${drill}".`,
      'Give --drill (a copy is started) or --drill=target.',
    );
  return balancerIdle === undefined
    ? {}
    : { balancerIdleSeconds: parseTime(balancerIdle, '--balancer-idle', 1) / 1_000 };
}

function readPod({ podSpec, container }: AuditCommandOptions): PodContainer | undefined {
  if (podSpec !== undefined) return readPodFile(podSpec, container);
  if (container !== undefined)
    throw new UsageError('--container needs --pod-spec.', 'Write it with `kubectl get pod NAME -o yaml`.');
  return undefined;
}
