// `culprit watch`: from options and configuration to a watch that runs until it is ended, and what it prints.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { escapeControls, jsonForTerminal } from '../../report/escape.ts';
import { renderWatchCheck, renderWatchStatus } from '../../report/text/pages/watch-text.ts';
import { isNotHere } from '../../target/table/process-table.ts';
import { processTable } from '../../target/table/system-table.ts';
import { parseTarget } from '../../target/target-word.ts';
import { VERSION } from '../../version.ts';
import { CONFIG_FILES, interpretConfig, readWatchConfig } from '../../watch/config/read-config.ts';
import type { WatchConfig } from '../../watch/config/watch-config.ts';
import type { FollowSpec } from '../../watch/follow/sight.ts';
import { systemClock } from '../../watch/store/clock.ts';
import type { Decision } from '../../watch/store/decision-log.ts';
import { watcherOf } from '../../watch/store/folder-claim.ts';
import { readState, type WatchStatus } from '../../watch/store/state-file.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { writeHtml } from '../output.ts';

export interface WatchOptions {
  all?: boolean;
  config?: string;
  folder?: string;
  check?: boolean;
  status?: boolean;
  dryRun?: boolean;
  json?: boolean;
  html?: string;
  quiet?: boolean;
}

export async function watchTargets(targets: readonly string[], options: WatchOptions): Promise<ExitCode> {
  const config = await configOf(targets, options);
  if (options.status || options.html !== undefined) return status(config.folder, options);
  const { procFolder } = processTable();
  if (isNotHere(procFolder))
    throw new UsageError(
      `A watch reads /proc, but ${procFolder.notHere}.`,
      'Run it on Linux, or look once with `culprit diagnose`.',
    );
  // A configuration may leave its targets to the command line of the watch itself.
  const isOpen = options.check && config.targets.length === 0 && configFile(options) !== undefined;
  const specs = isOpen ? [] : specsOf(config);
  if (options.check) {
    process.stdout.write(renderWatchCheck(config));
    return EXIT.done;
  }
  const { watch } = await import('../../watch/watch.ts');
  const interrupt = listenForInterrupt();
  try {
    await watch({
      config,
      specs,
      clock: systemClock,
      signal: interrupt.signal,
      version: VERSION,
      onDecision: (decision) => print(decision, options),
    });
  } finally {
    interrupt.dispose();
  }
  return EXIT.done;
}

const configFile = ({ config }: WatchOptions): string | undefined =>
  config ?? CONFIG_FILES.find((name) => existsSync(name));

/** The command line over the file, over the defaults. Throws UsageError or RecordingError. */
async function configOf(targets: readonly string[], options: WatchOptions): Promise<WatchConfig> {
  const { all, folder, dryRun } = options;
  const file = configFile(options);
  const read = file === undefined ? interpretConfig({}, process.cwd()) : await readWatchConfig(file);
  if (all && targets.length > 0)
    throw new UsageError('--all and targets cannot be combined.', 'Leave one of them out.');
  return {
    ...read,
    ...(targets.length > 0 && { targets: [...targets], all: false }),
    ...(all && { targets: [], all: true }),
    ...(folder !== undefined && { folder: resolve(folder) }),
    ...(dryRun && { isDryRun: true }),
  };
}

/** Throws UsageError. */
function specsOf({ targets, all }: WatchConfig): FollowSpec[] {
  if (all) return [{ word: null, spec: null }];
  if (targets.length === 0)
    throw new UsageError(
      'There is nothing to watch.',
      'Name a pid, :port or part of a command line, or give --all; or set "targets" in the configuration.',
    );
  return [...new Set(targets)].map((word) => {
    const spec = parseTarget(word);
    if (spec.kind === 'inspector' || spec.kind === 'web-socket')
      throw new UsageError(
        `${word} is the address of an inspector.`,
        'A watch follows processes of this machine: give a pid, :port or name.',
      );
    if (spec.kind === 'pid' && !processTable().stat(spec.pid))
      throw new UsageError(
        `There is no process ${spec.pid}.`,
        'See the Node.js processes here with `culprit ps`.',
      );
    return { word, spec };
  });
}

async function status(folder: string, { json, html }: WatchOptions): Promise<ExitCode> {
  const state = readState(folder);
  if (!state)
    throw new UsageError(
      `Nothing was ever watched in ${folder}.`,
      'Name the folder of the watch with --folder.',
    );
  const watcher = watcherOf(folder);
  if (html !== undefined) {
    const { reportWatch } = await import('../../watch/watch-report.ts');
    const pageFolder = dirname(resolve(html));
    await writeHtml(reportWatch(state, { folder, watcher, pageFolder, version: VERSION }), { html });
  }
  const whole: WatchStatus = { isRunning: watcher !== undefined, ...state };
  process.stdout.write(json ? `${jsonForTerminal(whole)}\n` : renderWatchStatus(state, { folder, watcher }));
  return EXIT.done;
}

const LOUD = new Set<Decision['what']>([
  'warn',
  'critical',
  'clear',
  'storage',
  'runbook',
  'undo',
  'escalate',
]);

function print(decision: Decision, { json, quiet }: WatchOptions): void {
  if (quiet && !LOUD.has(decision.what) && decision.outcome !== 'failed') return;
  if (json) {
    process.stdout.write(`${JSON.stringify(decision)}\n`);
    return;
  }
  const { at, target, pid, what, why, detail, outcome, evidence, rule } = decision;
  const who = target === '' ? '' : ` ${target}${pid === null ? '' : ` (${pid})`}`;
  const by = rule === null ? '' : `, rule ${rule}`;
  const came = detail === '' ? '' : `: ${outcome === 'done' ? '' : `${outcome}, `}${detail}`;
  const where = evidence === null || outcome !== 'done' ? '' : ` [${evidence}]`;
  process.stdout.write(
    `${escapeControls(`${at.slice(11, 19)}${who} ${what}: ${why}${by}${came}${where}`, 1_000)}\n`,
  );
}
