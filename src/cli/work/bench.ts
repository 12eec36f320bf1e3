// `culprit bench`: check out, run in pairs, compare, decide, report.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTime } from '../../capture/capture-words.ts';
import { type BenchOptions, bench, checkBudget } from '../../comparison/bench.ts';
import { DEFAULTS } from '../../defaults.ts';
import { WorkloadError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import type { Comparison } from '../../model/comparison/comparison.ts';
import { checkWritable } from '../../recording/writer.ts';
import { tellComparison } from '../comparison-output.ts';
import { areGatesSure, type Gates, readGates } from '../gating.ts';
import { listenForInterrupt } from '../interrupt.ts';
import type { ComparisonOptions } from '../options/comparison-options.ts';
import { parseCount, parseShare } from '../options/values.ts';
import { createStepProgress } from '../progress.ts';

export interface BenchCommandOptions extends ComparisonOptions {
  base: string;
  head: string;
  run: string;
  load?: string;
  setup?: string;
  budget?: string;
  pairs?: string;
  warmups?: string;
  turns: string;
  ready?: string;
  startTimeout: string;
  setupTimeout: string;
  out?: string;
  findings: boolean;
}

export async function benchCommits(options: BenchCommandOptions): Promise<ExitCode> {
  const gates = readGates(options);
  const measured = readOptions(options, gates);
  const interrupt = listenForInterrupt();
  const progress = await createStepProgress(options.quiet === true);
  const workDir = mkdtempSync(join(tmpdir(), 'culprit-bench-'));
  try {
    const out = options.out === undefined ? join(workDir, 'runs') : options.out;
    mkdirSync(out, { mode: 0o700 });
    const all = { ...measured, out, workDir, signal: interrupt.signal, onProgress: progress.step };
    const result = await bench(all);
    progress.end();
    const comparison = { ...result.comparison, machine: machineHere() };
    return await tellComparison({ ...result, comparison }, gates, options);
  } catch (error) {
    if (!interrupt.signal.aborted || !(error instanceof WorkloadError)) throw error;
    progress.end();
    process.stderr.write(
      'culprit: interrupted; what was started has ended, and the worktrees are removed.\n',
    );
    return EXIT.interrupted;
  } finally {
    progress.end();
    interrupt.dispose();
    rmSync(workDir, { recursive: true, force: true });
  }
}

type Measured = Omit<BenchOptions, 'out' | 'workDir' | 'signal' | 'onProgress'>;

function readOptions(options: BenchCommandOptions, gates: Gates): Measured {
  const { config } = gates;
  const budgetMillis =
    options.budget !== undefined
      ? parseTime(options.budget, '--budget', 1_000)
      : (config.budgetMillis ?? DEFAULTS.bench.budgetMillis);
  checkBudget(budgetMillis);
  if (options.out !== undefined) checkWritable(options.out);
  return {
    base: options.base,
    head: options.head,
    run: options.run,
    load: options.load,
    loadDir: process.cwd(),
    setup: options.setup,
    setupMillis: parseTime(options.setupTimeout, '--setup-timeout', 1_000),
    budgetMillis,
    pairs: options.pairs === undefined ? undefined : parseCount(options.pairs, '--pairs', 2),
    smallest:
      options.smallest !== undefined
        ? parseShare(options.smallest, '--smallest')
        : (config.smallest ?? DEFAULTS.comparison.smallest),
    warmups: options.warmups === undefined ? undefined : parseCount(options.warmups, '--warmups', 0),
    turns: parseCount(options.turns, '--turns', 1),
    ready: options.ready,
    startMillis: parseTime(options.startTimeout, '--start-timeout', 100),
    longestLoadMillis: budgetMillis,
    diagnoses: options.findings && options.load !== undefined,
    isDecided: (comparison) => areGatesSure({ comparison }, gates),
  };
}

function machineHere(): Comparison['machine'] {
  const all = cpus();
  return all[0] ? { cpuModel: all[0].model, cpuCount: all.length } : null;
}
