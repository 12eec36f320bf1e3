// A body in rounds: warm-up, measured rounds, and where something grew in each of them, more rounds to make sure before
// anything is reported. Leaves no hook, trap or session behind, whatever the body does.
import process from 'node:process';
import { accuse } from '../accuse.ts';
import { type Check, confirmingRounds } from '../check.ts';
import type { LeakOptions, LeakResult } from '../contract.ts';
import { type Settings, settingsFrom } from '../runners/settings.ts';
import {
  growsOn,
  isBufferMemorySuspect,
  suspectFiles,
  suspectHeapSites,
  suspectResources,
} from '../suspects.ts';
import { createDeadline, takeLease } from './lease.ts';
import { watchOpenings } from './open-files.ts';
import { type OwnInspector, openOwnInspector } from './own-inspector.ts';
import { createReadings } from './readings.ts';
import { areTimersFake, nowMillis, turn } from './real-time.ts';

export type Body = () => unknown;

/** Runs the body in rounds and says what grew in each of them, as data. Rejects with the body's own error. */
export async function measureLeaks(body: Body, options: LeakOptions = {}): Promise<LeakResult> {
  const settings = settingsFrom(options);
  const release = takeLease();
  const from = nowMillis();
  let inspector: OwnInspector | null = null;
  let check: Check | null = null;
  try {
    inspector = openOwnInspector();
    check = createCheck(body, settings, inspector);
    await measureRounds(check);
    await makeSure(check);
    const judged = accuse(check, process.cwd());
    return {
      isClean: judged.findings.length === 0,
      ...judged,
      warnings: check.warnings,
      rounds: settings.rounds,
      confirmingRounds: confirmingRounds(check),
      ownMillis: nowMillis() - from - check.bodyMillis,
      bodyMillis: check.bodyMillis,
      heapBytes: check.signals.readings.heapBytes.slice(1, settings.rounds + 1),
    };
  } finally {
    check?.openings?.stop();
    check?.signals.stop();
    inspector?.stopSampling();
    inspector?.close();
    release();
  }
}

function createCheck(body: Body, settings: Settings, inspector: OwnInspector): Check {
  const deadline = createDeadline(settings.roundMillis, settings.signal);
  const check: Check = {
    settings,
    inspector,
    signals: createReadings(inspector),
    openings: null,
    batches: [],
    warnings: [],
    bodyMillis: 0,
    async run() {
      const from = nowMillis();
      try {
        await deadline.within(body);
      } finally {
        check.bodyMillis += nowMillis() - from;
      }
    },
  };
  return check;
}

async function measureRounds({ settings, inspector, signals, warnings, run }: Check): Promise<void> {
  for (let i = 0; i < settings.warmup; i++) {
    await run();
    await signals.settle(settings.settleMillis);
  }
  if (areTimersFake())
    warnings.push('Fake timers are on, so timers were not measured. Only leaks of real timers can be found.');
  const isWhole = signals.collections.measureAll();
  if (!isWhole) warnings.push('There are too many objects to measure every collection: some were left out.');
  if (!inspector.startSampling())
    warnings.push('The heap could not be sampled: another profiler is sampling it.');
  await signals.read(settings.settleMillis);
  for (let round = 1; round <= settings.rounds; round++) {
    signals.begin(round);
    await run();
    await signals.read(settings.settleMillis);
    if (round === 1) signals.collections.pickGrown(settings.leastEntries, signals.own());
    else signals.collections.follow((sizes) => grewBy(sizes, settings.leastEntries));
  }
}

function grewBy(sizes: readonly number[], least: number): boolean {
  return sizes.at(-1)! - sizes.at(-2)! > least;
}

/** Enough to catch who does it; costly things (threads, processes) are not made by the hundred. */
const FEW_ROUNDS = 6;
const MOST_ROUNDS_WITH_HANDLES = 40;
const MOST_ROUNDS = 3_000;
const FIRST_BATCH = 4;
const BATCH_GROWTH = 3;

/** Runs more and more rounds, for as long as something keeps growing and there is time. */
async function makeSure(check: Check): Promise<void> {
  const { settings, signals } = check;
  const most = mostRounds(check);
  if (most === 0) return;
  signals.collections.setTraps();
  check.openings = watchOpenings();
  const from = nowMillis();
  let done = 0;
  for (let size = FIRST_BATCH; done < most; size *= BATCH_GROWTH) {
    let rounds = 0;
    while (rounds < size && done + rounds < most) {
      // Of the first batch each round is a round of its own: something must be left of every one.
      if (check.batches.length === 0) signals.begin(settings.rounds + rounds + 1);
      await check.run();
      await turn();
      if (check.batches.length === 0) signals.readFiles();
      rounds++;
      if (nowMillis() - from > settings.confirmMillis && rounds >= FIRST_BATCH) break;
    }
    done += rounds;
    check.batches.push(rounds);
    await signals.read(settings.settleMillis);
    signals.collections.follow((sizes) => growsOn(sizes, settings.rounds, check.batches));
    if (nowMillis() - from > settings.confirmMillis || mostRounds(check) === 0) break;
  }
  await signals.settle(settings.settleMillis);
  signals.readFiles();
}

/** How many more rounds what is suspected asks for; 0: nothing is. */
function mostRounds(check: Check): number {
  const { settings, signals } = check;
  const { readings, watch, collections } = signals;
  const resources = suspectResources(watch.alive(), readings, settings.rounds);
  if (resources.some(({ alive }) => /^(WORKER|PROCESSWRAP|FILEHANDLE|DIRHANDLE)$/.test(alive[0]!.type)))
    return FEW_ROUNDS;
  if (resources.length > 0 || suspectFiles(readings, settings.rounds).length > 0)
    return MOST_ROUNDS_WITH_HANDLES;
  const sites = suspectHeapSites(readings, settings.rounds, check.batches, settings.leastHeapBytes);
  return collections.count > 0 || sites.length > 0 || isBufferMemorySuspect(readings) ? MOST_ROUNDS : 0;
}
