// The nodes of a call tree, grouped by the function that their time is attributed to and by the code responsible for it.
import type { CallTreeNode, CpuProfile } from '../../model/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import { functionKey } from './blame/blame.ts';
import type { Account, Responsibilities } from './blame/responsibilities.ts';
import { classifyWork, isStackFormatter, SYNCHRONOUS, type Work } from './work.ts';

/** One function, for one that is responsible. */
export interface HotspotGroup {
  /** `functionKey` of the function. */
  key: string;
  owner: Frame;
  /** The node with most of it. */
  best: number;
  bestMicros: number;
  selfMicros: number;
  /** Nodes of the function itself, not of what is counted to it. */
  own: number[];
  /** By call; null where there is none. */
  synchronous: Map<string, { work: Work; micros: number }> | null;
}

export function groupNodes(profile: CpuProfile, responsibilities: Responsibilities): HotspotGroup[] {
  const groups = createGroups();
  /** By node: whether it is part of formatting a stack trace. */
  const inTraces = new Uint8Array(profile.nodes.length);
  for (const node of profile.nodes) {
    const { index, parent, frame, selfMicros } = node;
    const { account, step } = responsibilities.enter(node);
    inTraces[index] = frame.owner !== 'app' && (inTraces[parent] === 1 || isStackFormatter(frame)) ? 1 : 0;
    if (selfMicros <= 0 || isPseudo(frame)) continue;
    account.path.addAt(step, selfMicros);
    if (isUsers(frame)) {
      const group = groups.of(frame, account);
      addTo(group, node, frame);
      group.own.push(index);
      continue;
    }
    const frames = nearFrames(profile, index);
    // Time in a built-in (Map.set, Array.sort) belongs to the function that called it.
    const at = frames.findIndex(({ owner }) => owner !== 'native');
    if (at < 0) continue;
    const work = classifyWork(frames, undefined, inTraces[index] === 1);
    const owner = frames[responsible(frames, at, work)]!;
    const group = groups.of(owner, account);
    addTo(group, node, owner);
    if (owner === frame) group.own.push(index);
    if (!SYNCHRONOUS.includes(work.kind)) continue;
    const call = work.call ?? work.kind;
    group.synchronous ??= new Map();
    const known = group.synchronous.get(call)?.micros ?? 0;
    group.synchronous.set(call, { work, micros: known + selfMicros });
  }
  return groups.all;
}

function addTo(group: HotspotGroup, { index, selfMicros }: CallTreeNode, owner: Frame): void {
  group.selfMicros += selfMicros;
  if (selfMicros <= group.bestMicros) return;
  group.best = index;
  group.owner = owner;
  group.bestMicros = selfMicros;
}

/** A package's function works for each of its callers. */
function createGroups() {
  interface Owner {
    key: string;
    groups: Map<Account, HotspotGroup>;
    /** The group that was asked for last: a function is mostly called for the same account. */
    last: { account: Account; group: HotspotGroup } | null;
  }
  const all: HotspotGroup[] = [];
  const byKey = new Map<string, Owner>();
  /** Millions of nodes share the frames of some thousand functions. */
  const byFrame = new Map<Frame, Owner>();
  const ownerOf = (frame: Frame): Owner => {
    const key = functionKey(frame);
    const owner = byKey.get(key) ?? { key, groups: new Map<Account, HotspotGroup>(), last: null };
    byKey.set(key, owner);
    byFrame.set(frame, owner);
    return owner;
  };
  return {
    all,
    of(frame: Frame, account: Account): HotspotGroup {
      const owner = byFrame.get(frame) ?? ownerOf(frame);
      if (owner.last?.account === account) return owner.last.group;
      const { key, groups } = owner;
      let group = groups.get(account);
      if (!group) {
        group = { key, owner: frame, best: -1, bestMicros: 0, selfMicros: 0, own: [], synchronous: null };
        groups.set(account, group);
        all.push(group);
      }
      owner.last = { account, group };
      return group;
    },
  };
}

/** Innermost first, out to the first that is the program's or a library's: what tells whose a node is and what it does. */
function nearFrames({ nodes }: CpuProfile, index: number): Frame[] {
  const frames: Frame[] = [];
  for (let at = index; at >= 0; at = nodes[at]!.parent) {
    const { frame } = nodes[at]!;
    if (at === 0 && frame.functionName === '(root)') break;
    frames.push(frame);
    if (isUsers(frame)) break;
  }
  return frames;
}

const isUsers = ({ owner }: Frame) => owner === 'app' || owner === 'library';

/** Where Node's own heavy calls (pbkdf2Sync, readFileSync) end and the code that made them begins. */
function responsible(frames: readonly Frame[], at: number, { kind }: Work): number {
  if (frames[at]!.owner !== 'node') return at;
  if (kind === 'plain' || kind === 'serving') return at;
  const user = frames.findIndex((frame) => frame.owner === 'app' || frame.owner === 'library');
  return user < 0 ? at : user;
}

function isPseudo(frame: Frame): boolean {
  return (
    frame.file === null &&
    frame.functionName.startsWith('(') &&
    /^\((root|idle|program|garbage collector)\)$/.test(frame.functionName)
  );
}
