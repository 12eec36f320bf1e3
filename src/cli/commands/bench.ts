// `culprit bench`: check out, run in pairs, compare, report.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bench, checkBudget } from '../../bench.ts';
import { UsageError } from '../../errors.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { createStepProgress } from '../progress.ts';
import { parseTime } from '../times.ts';

interface BenchCommandOptions {
  base: string;
  head: string;
  run: string;
  load?: string;
  setup?: string;
  budget: string;
  pairs?: string;
  warmups: string;
  turns: string;
  ready?: string;
  startTimeout: string;
  setupTimeout: string;
  out?: string;
  smallest: string;
  json?: string | boolean;
  quiet?: boolean;
}

export async function benchCommand(options: BenchCommandOptions): Promise<void> {
  const budgetMillis = parseTime(options.budget, '--budget', 1_000);
  checkBudget(budgetMillis);
  const interrupt = listenForInterrupt();
  const progress = await createStepProgress(options.quiet === true);
  const workDir = mkdtempSync(join(tmpdir(), 'culprit-bench-'));
  try {
    await bench(
      {
        base: options.base,
        head: options.head,
        run: options.run,
        load: options.load!,
        loadDir: process.cwd(),
        setup: options.setup,
        setupMillis: parseTime(options.setupTimeout, '--setup-timeout', 1_000),
        budgetMillis,
        pairs: options.pairs === undefined ? undefined : parseCount(options.pairs, '--pairs'),
        smallest: parsePart(options.smallest, '--smallest'),
        warmups: parseCount(options.warmups, '--warmups'),
        turns: parseCount(options.turns, '--turns'),
        ready: options.ready,
        startMillis: parseTime(options.startTimeout, '--start-timeout', 100),
        longestLoadMillis: budgetMillis,
        out: options.out ?? workDir,
        workDir,
        signal: interrupt.signal,
        onProgress: progress.step,
      },
      async ({ comparison }) => {
        process.stdout.write(`${JSON.stringify(comparison, null, 2)}\n`);
      },
    );
  } finally {
    progress.end();
    interrupt.dispose();
    rmSync(workDir, { recursive: true, force: true });
  }
}

function parseCount(text: string, option: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > 10_000)
    throw new UsageError(`${option} ${text} is no number.`, 'Give a whole number.');
  return count;
}

function parsePart(text: string, option: string): number {
  const part = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  if (!part) throw new UsageError(`${option} ${text} is no part.`, 'Write it as 2%.');
  return Number(part[1]) / 100;
}
