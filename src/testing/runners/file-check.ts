// A whole test file, before and after: what it left running at its end. It is checked once, without rounds, so only what
// never ends by itself is reported.
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';
import { placeWithLibrary } from '../../findings/wording.ts';
import { siteOf } from '../accuse.ts';
import type { LeakFinding } from '../contract.ts';
import { LeakError, plain, settledLines, stackLines } from '../leak-error.ts';
import { makerOf } from '../measure/noise.ts';
import { openFiles, watchOpenings } from '../measure/open-files.ts';
import { openOwnInspector, type RawStack } from '../measure/own-inspector.ts';
import { nowMillis, sleep, turn } from '../measure/real-time.ts';
import { type Made, watchResources } from '../measure/resource-watch.ts';
import { locate, type Places } from '../places.ts';
import { endsByItself, hasRef, kindOf } from '../resource-kinds.ts';

export interface FileCheck {
  /** Waits for what is closing, and says what is left. Ends the watch; a second call finds nothing. */
  finish(): Promise<{ findings: LeakFinding[]; settled: string[] }>;
}

const SETTLE_MILLIS = 800;

/** From now on, until `finish`. What is there already is not accused. */
export function leakCheckForFile(): FileCheck {
  const watch = watchResources();
  const listeners = processListeners();
  const files = openFiles();
  const openings = watchOpenings();
  let isOver = false;
  return {
    async finish() {
      if (isOver) return { findings: [], settled: [] };
      isOver = true;
      try {
        await settle(watch.alive, files);
        await forgetClosed();
        const left = newFiles(files).map(
          ([fd, path]): OpenFile => ({ path, stack: openings.openings.get(fd) ?? [] }),
        );
        return judge(watch.alive(), newListeners(listeners), left);
      } finally {
        openings.stop();
        watch.stop();
      }
    },
  };
}

export type LeakMode = 'fail' | 'warn' | 'off';

/** How a file that left something is answered: CULPRIT_LEAKS=fail (the default), warn or off. */
export function leakMode(): LeakMode {
  return leakModeOf(process.env.CULPRIT_LEAKS);
}

export function leakModeOf(wish: string | undefined): LeakMode {
  return wish === 'warn' || wish === 'off' ? wish : 'fail';
}

/** Finishes the check; throws or warns. */
export async function answerFor(check: FileCheck, file: string, mode: LeakMode = leakMode()): Promise<void> {
  const { findings, settled } = await check.finish();
  if (findings.length === 0) return;
  const lines = [
    `Leak: ${file} left something behind after all its tests.`,
    ...findings.flatMap((finding) => [`${finding.title}. ${finding.advice}`, ...stackLines(finding)]),
    ...settledLines({ settled, warnings: [] }),
  ];
  const message = plain(lines.join('\n'));
  if (mode === 'warn') process.emitWarning(message, 'LeakWarning');
  else throw new LeakError(message, findings);
}

/** Handles that are closed are there until they are collected. */
async function forgetClosed(): Promise<void> {
  const inspector = openOwnInspector();
  try {
    await inspector.collectGarbage();
    await turn();
  } finally {
    inspector.close();
  }
}

/** A file is closed in the thread pool: it takes a while, too. */
async function settle(alive: () => Made[], files: Map<number, string> | null): Promise<void> {
  const from = nowMillis();
  for (let pause = 1; nowMillis() - from < SETTLE_MILLIS; pause = Math.min(pause * 2, 50)) {
    const isOpen = alive().some((made) => made.type !== 'Immediate' && excuse(made) === null);
    if (!isOpen && newFiles(files).length === 0) return;
    await sleep(pause);
  }
}

/** Unlike in rounds, one of a kind that keeps nothing alive is what programs have for as long as they run. */
function excuse(made: Made): string | null {
  const why = endsByItself(made);
  if (why) return why;
  if (made.type !== 'FILEHANDLE' && made.type !== 'DIRHANDLE' && !hasRef(made.resource))
    return `unreferenced ${kindOf(made).many} (they do not keep the process alive)`;
  return null;
}

type Listener = (...args: unknown[]) => unknown;

function processListeners(): Map<string | symbol, Listener[]> {
  return new Map(
    process.eventNames().map((event) => [event, process.rawListeners(event as 'exit') as Listener[]]),
  );
}

function newListeners(before: Map<string | symbol, Listener[]>): { event: string; listener: Listener }[] {
  return [...processListeners()].flatMap(([event, listeners]) => {
    const known = new Set(before.get(event));
    return listeners
      .filter((listener) => !known.has(listener))
      .map((listener) => ({ event: String(event), listener: unwrapped(listener) }));
  });
}

/** A listener added with once() is wrapped. */
function unwrapped(listener: Listener): Listener {
  const inner = (listener as { listener?: unknown }).listener;
  return typeof inner === 'function' ? (inner as Listener) : listener;
}

interface OpenFile {
  path: string;
  stack: RawStack;
}

function newFiles(before: Map<number, string> | null): [fd: number, path: string][] {
  const now = openFiles();
  if (!before || !now) return [];
  return [...now].filter(([fd, path]) => before.get(fd) !== path);
}

function judge(
  alive: Made[],
  listeners: { event: string; listener: Listener }[],
  files: OpenFile[],
): { findings: LeakFinding[]; settled: string[] } {
  const left = alive.filter((made) => excuse(made) === null);
  const inspector = openOwnInspector();
  try {
    const raw = inspector.placesOf(listeners.map(({ listener }) => listener));
    const stacks = raw.map((frame): RawStack => (frame ? [frame] : []));
    const made = [...left, ...files].map(({ stack }) => stack);
    const places = locate(inspector, [...made, ...stacks], process.cwd());
    const found = [
      ...bySite(left).map((ofSite) => resourceFinding(ofSite, places)),
      ...listenerFindings(listeners, stacks, places),
      ...(left.some(({ type }) => type === 'FILEHANDLE') ? [] : fileFindings(files, places)),
    ];
    return { findings: onePerLine(found), settled: excuses(alive) };
  } finally {
    inspector.close();
  }
}

function bySite(left: Made[]): Made[][] {
  const sites = new Map<string, Made[]>();
  for (const made of left.sort((a, b) => kindOf(a).order - kindOf(b).order))
    sites.set(made.site, [...(sites.get(made.site) ?? []), made]);
  return [...sites.values()];
}

function resourceFinding(ofSite: Made[], places: Places): LeakFinding {
  const { stack } = ofSite[0]!;
  const kind = kindOf(ofSite[0]!);
  const what = ofSite.length === 1 ? kind.one : `${ofSite.length} ${kind.many}`;
  return {
    ...siteOf(stack, places),
    kind: kind.kind,
    title: `Left running: ${what} (${placeWithLibrary(places.blameOf(stack))})`,
    advice: kind.advice,
    perRound: ofSite.length,
    unit: 'count',
    counts: [0, ofSite.length],
  };
}

/** Where each listener begins: where it was added is not known afterwards. Only the program's own are told. */
function listenerFindings(listeners: { event: string }[], stacks: RawStack[], places: Places): LeakFinding[] {
  return listeners.flatMap(({ event }, i) => {
    const frame = places.framesOf(stacks[i]!)[0];
    // Libraries listen to the process once, for as long as it runs.
    if (frame?.owner !== 'app') return [];
    return [
      {
        ...siteOf(stacks[i]!, places),
        kind: 'listener-leak' as const,
        title: `Left listening: a listener for '${event}' of process (${placeWithLibrary(places.blameOf(stacks[i]!))})`,
        advice: 'Remove it with process.off() after the tests.',
        perRound: 1,
        unit: 'listeners' as const,
        counts: [0, 1],
      },
    ];
  });
}

const MOST_FILES = 3;

function fileFindings(files: OpenFile[], places: Places): LeakFinding[] {
  // What a runner opened is its own; without a stack nobody is known, and in a thread it may be another thread's file.
  const own = files.filter(({ stack }) => (stack.length === 0 ? isMainThread : makerOf(stack) === 'program'));
  const more = own.length - MOST_FILES;
  return own.slice(0, MOST_FILES).map(({ path, stack }, i) => ({
    ...siteOf(stack, places),
    kind: 'fd-leak',
    title: `Left open: ${path} (${placeWithLibrary(places.blameOf(stack))})${i === MOST_FILES - 1 && more > 0 ? `, and ${more} more files` : ''}`,
    advice: 'Close it on every path: try/finally around fs.openSync, end() or destroy() of its stream.',
    perRound: 1,
    unit: 'count',
    counts: [0, 1],
  }));
}

function onePerLine(findings: LeakFinding[]): LeakFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ file, line, title }) => {
    const place = file === null ? title : `${file}:${line}`;
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}

function excuses(alive: Made[]): string[] {
  const counts = new Map<string, number>();
  for (const made of alive) {
    const why = excuse(made);
    if (why) counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return [...counts].map(([why, count]) => `${count} ${why}`);
}
