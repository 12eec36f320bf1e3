// `culprit audit`: how ready a process is for production.
import { audit } from '../../audit/audit.ts';
import type { AuditOptions as JudgingOptions } from '../../audit/rule.ts';
import { parseTime } from '../../capture/capture-words.ts';
import { readSettings } from '../../capture/settings/settings.ts';
import { UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import type { AuditReport } from '../../model/finding.ts';
import { GRACE_PERIOD_SECONDS, type PodContainer } from '../../model/settings/pod.ts';
import type { Settings } from '../../model/settings/settings.ts';
import { parsePod, readPodFile } from '../../recording/files/pod-file.ts';
import { readSettingsFile } from '../../recording/files/settings-file.ts';
import { nameOf, reach } from '../../remote/reach.ts';
import { readSettingsRemotely } from '../../remote/remote-recording.ts';
import { attachTarget, localPidOf } from '../../target/attach-target.ts';
import { chooseTarget, sayChoice } from '../choose-target.ts';
import { listenForInterrupt } from '../interrupt.ts';
import type { PlaceOptions, WhichOption } from '../options/place-options.ts';
import type { ReportOptions } from '../options/report-options.ts';
import { printReport, writeWhole } from '../output.ts';
import { findPlace, reachOptions } from '../remote-place.ts';
import { exitCodeFor } from '../report-exit.ts';

export interface AuditOptions extends ReportOptions {
  container?: string;
  podSpec?: string;
  balancerIdle?: string;
  minLevel?: string;
  save?: string;
  settings?: string;
  drill?: string | boolean;
}

export interface PodAuditOptions extends AuditOptions, PlaceOptions, WhichOption {}

/** A process here, or settings that were kept. */
export async function auditHere(target: string | undefined, options: AuditOptions): Promise<ExitCode> {
  const wanted = parseWanted(options);
  if ((target === undefined) === (options.settings === undefined))
    throw new UsageError(
      'Give one target, or --settings FILE.',
      'See the Node.js processes here with `culprit ps`.',
    );
  const pod = readPod(options);
  const settings =
    target === undefined ? readSettingsFile(options.settings!) : await lookAt(target, options, pod);
  return conclude({ settings, pod }, wanted, options);
}

/** Through a link: the recorder reads the settings, kubectl tells the pod. */
export async function auditThere(name: string, options: PodAuditOptions): Promise<ExitCode> {
  const wanted = parseWanted(options);
  if (options.settings !== undefined)
    throw new UsageError(
      'Give one target, or --settings FILE.',
      'See the Node.js processes here with `culprit ps`.',
    );
  if (options.drill)
    throw new UsageError(
      '--drill does not work over a remote connection.',
      'Run it on the machine where a copy can be started.',
    );
  const interrupt = listenForInterrupt();
  try {
    const found = await findPlace(name, options);
    const args = ['settings', options.target];
    const ways = { ...reachOptions(found, options), args, signal: interrupt.signal };
    const settings = await reach(ways, readSettingsRemotely);
    const asJson = found.pod && JSON.stringify(found.pod.json);
    const pod = asJson ? parsePod(asJson, found.place.name, found.place.container) : readPod(options);
    return await conclude({ settings, pod, location: nameOf(found.place) }, wanted, options);
  } finally {
    interrupt.dispose();
  }
}

interface Gathered {
  settings: Settings;
  pod: PodContainer | undefined;
  location?: string;
}

interface Wanted {
  minLevel: number | undefined;
  judging: JudgingOptions;
}

const parseWanted = (options: AuditOptions): Wanted => ({
  minLevel: parseLevel(options.minLevel),
  judging: parseJudging(options),
});

async function conclude(
  { settings, pod, location }: Gathered,
  wanted: Wanted,
  options: AuditOptions,
): Promise<ExitCode> {
  if (options.save !== undefined) writeWhole(options.save, `${JSON.stringify(settings, null, 2)}\n`);
  const report = audit(settings, pod, wanted.judging);
  if (location !== undefined) report.target.location = location;
  await printReport(report, options);
  return isBelow(report, wanted.minLevel) ? EXIT.gateFailed : exitCodeFor(report, options.failOn);
}

function isBelow({ audit: judged }: AuditReport, minLevel: number | undefined): boolean {
  return minLevel !== undefined && judged.level < minLevel;
}

async function lookAt(
  word: string,
  { drill, quiet }: AuditOptions,
  pod: PodContainer | undefined,
): Promise<Settings> {
  const target = await chooseTarget(word);
  sayChoice(target, quiet === true);
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

function parseJudging({ balancerIdle, drill }: AuditOptions): JudgingOptions {
  if (typeof drill === 'string' && drill !== 'target' && drill !== 'copy')
    throw new UsageError(
      `--drill cannot be "${drill}".`,
      'Give --drill (a copy is started) or --drill=target.',
    );
  return balancerIdle === undefined
    ? {}
    : { balancerIdleSeconds: parseTime(balancerIdle, '--balancer-idle', 1) / 1_000 };
}

function readPod({ podSpec, container }: AuditOptions): PodContainer | undefined {
  if (podSpec !== undefined) return readPodFile(podSpec, container);
  if (container !== undefined)
    throw new UsageError('--container needs --pod-spec.', 'Write it with `kubectl get pod NAME -o yaml`.');
  return undefined;
}
