// Where the time or the memory of a profile went: own and total amounts by function, by package and by file.
import type { CpuProfile } from '../../model/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import type { HeapSamplingRead } from '../../model/memory/heap-sampling.ts';
import type { ProfileHead, ProfileRow, ProfileTables, ProgramKind } from '../../model/profile-tables.ts';
import { functionKey } from '../cpu/blame/blame.ts';
import { widestOfAll } from '../cpu/blame/widest-path.ts';
import { tally, walkOf } from '../cpu/call-tree.ts';
import { summarizeStates } from '../cpu/cpu.ts';

type By = 'functions' | 'packages' | 'files';
const BYS: readonly By[] = ['functions', 'packages', 'files'];

/** `top`: how many rows each list has at most. */
export function cpuTables(profile: CpuProfile, program: ProgramKind, top: number): ProfileTables {
  const { nodes } = profile;
  const states = summarizeStates(profile);
  const nativeMicros = nodes.reduce(
    (sum, { frame, selfMicros }) => (isBuiltIn(frame) ? sum + selfMicros : sum),
    0,
  );
  const busyMicros = states.code + states.gc + states.program;
  const walk = walkOf(profile);
  const rows = (by: By) => {
    const found = tally(profile, (frame) => (isPseudo(frame) ? null : keyOf(by, frame)), walk);
    const inOrder = [...found.values()].sort((a, b) => a.first - b.first);
    return inOrder.map(({ first, self, total }) => ({ frame: nodes[first]!.frame, self, total }));
  };
  return {
    profile: 'cpu',
    unit: 'ms',
    program,
    thread: profile.thread,
    threadName: profile.threadName,
    whole: busyMicros / 1_000,
    states: {
      code: Math.max(0, states.code - nativeMicros) / 1_000,
      native: nativeMicros / 1_000,
      gc: states.gc / 1_000,
      program: states.program / 1_000,
      idle: states.idle / 1_000,
    },
    head: headOf(profile, busyMicros),
    ...listsOf(rows, { whole: busyMicros, scale: 1 / 1_000, top }),
  };
}

interface HeapRow {
  frame: Frame;
  self: number;
  total: number;
  /** It was counted in this stack, which has it more than once where it calls itself. */
  lastStack: number;
}

export function heapTables(
  { stacks, thread }: HeapSamplingRead,
  threadName: string,
  top: number,
): ProfileTables {
  const whole = stacks.reduce((sum, { liveBytes }) => sum + liveBytes, 0);
  const rows = (by: By) => {
    const found = new Map<string, HeapRow>();
    // Stacks of one profile share their frames, and to make a key takes far longer than to look one up.
    const byFrame = new Map<Frame, HeapRow>();
    const rowFor = (frame: Frame): HeapRow => {
      const key = keyOf(by, frame);
      const row = found.get(key) ?? { frame, self: 0, total: 0, lastStack: -1 };
      found.set(key, row);
      byFrame.set(frame, row);
      return row;
    };
    for (const [stack, { frames, liveBytes }] of stacks.entries()) {
      for (const [depth, frame] of frames.entries()) {
        const row = byFrame.get(frame) ?? rowFor(frame);
        if (depth === 0) row.self += liveBytes;
        if (row.lastStack !== stack) row.total += liveBytes;
        row.lastStack = stack;
      }
    }
    return [...found.values()];
  };
  const lists = listsOf(rows, { whole, scale: 1, top });
  const [first] = lists.functions;
  const isMost = first !== undefined && (first.self / whole) * 2 > 1;
  return {
    profile: 'heap',
    unit: 'bytes',
    program: null,
    thread,
    threadName,
    whole,
    states: null,
    head: isMost
      ? {
          ...placeOf(first),
          share: first.selfShare,
          ownShare: first.selfShare,
          calleeCount: 0,
          calledBy: null,
        }
      : null,
    ...lists,
  };
}

function listsOf(
  rows: (by: By) => { frame: Frame; self: number; total: number }[],
  { whole, scale, top }: { whole: number; scale: number; top: number },
): Pick<ProfileTables, By | 'left'> {
  const part = (amount: number) => (whole > 0 ? Math.min(1, amount / whole) : 0);
  const left = { functions: 0, packages: 0, files: 0 };
  const lists = BYS.map((by): [By, ProfileRow[]] => {
    const found = rows(by).filter(({ total }) => total > 0);
    found.sort((a, b) => b.self - a.self || b.total - a.total);
    left[by] = Math.max(0, found.length - top);
    return [
      by,
      found.slice(0, top).map(({ frame, self, total }) => ({
        ...rowOf(by, frame),
        self: self * scale,
        total: total * scale,
        selfShare: part(self),
        totalShare: part(total),
      })),
    ];
  });
  return { ...Object.fromEntries(lists), left } as Pick<ProfileTables, By | 'left'>;
}

function keyOf(by: By, frame: Frame): string {
  if (by === 'functions') return functionKey(frame);
  return by === 'files' ? (frame.file ?? NATIVE) : packageOf(frame);
}

const NATIVE = '(native)';

/** What has no package is the application's own, the runtime's, or built into the engine. */
function packageOf({ owner, package: name }: Frame): string {
  if (owner === 'library') return name ?? '(a library)';
  return { app: '(application)', node: '(runtime)', native: NATIVE }[owner];
}

function rowOf(by: By, frame: Frame): Pick<ProfileRow, 'name' | 'file' | 'line' | 'package' | 'owner'> {
  const { owner, package: packageName, file } = frame;
  if (by === 'functions')
    return { name: frame.functionName, file, line: frame.line, package: packageName, owner };
  return by === 'files'
    ? { name: file ?? NATIVE, file, line: null, package: packageName, owner }
    : { name: packageOf(frame), file: null, line: null, package: packageName, owner };
}

function placeOf({ name, file, line }: Pick<ProfileRow, 'name' | 'file' | 'line'>) {
  return { name, file, line };
}

/** The end of the widest path, in the code that people can change where there is any on it. */
function headOf(profile: CpuProfile, busyMicros: number): ProfileHead | null {
  const { nodes } = profile;
  const pseudo = profile.frames.map(isPseudo);
  const self = new Float64Array(nodes.length);
  for (const { index, frameNumber, selfMicros } of nodes) if (!pseudo[frameNumber]) self[index] = selfMicros;
  const path = widestOfAll(profile, self);
  if (!path || busyMicros <= 0) return null;
  const isUsers = (index: number) => ['app', 'library'].includes(nodes[index]!.frame.owner);
  let at = path.node;
  while (at > 0 && !isUsers(at)) at = nodes[at]!.parent;
  if (at <= 0) at = path.node;
  const { frame } = nodes[at]!;
  let caller = nodes[at]!.parent;
  while (caller > 0 && (!isUsers(caller) || functionKey(nodes[caller]!.frame) === functionKey(frame)))
    caller = nodes[caller]!.parent;
  const micros = (share: number) => (share * self.reduce((sum, each) => sum + each, 0)) / busyMicros;
  return {
    ...placeOf({ name: frame.functionName, file: frame.file, line: frame.line }),
    share: Math.min(1, micros(path.share)),
    ownShare: Math.min(1, micros(at === path.node ? path.ownShare : path.share)),
    calleeCount: path.calleeCount,
    calledBy: caller > 0 ? nodes[caller]!.frame.functionName : null,
  };
}

function isBuiltIn(frame: Frame): boolean {
  return frame.owner === 'native' && !isPseudo(frame);
}

function isPseudo(frame: Frame): boolean {
  return frame.file === null && /^\((root|idle|program|garbage collector)\)$/.test(frame.functionName);
}
