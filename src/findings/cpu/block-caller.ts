// Who asked a package for the work with which it blocks the event loop later: what goes on after an `await` has lost its caller,
// but the call came a little earlier, and as often.

import { type PackageCaller, packageCallers } from '../../analysis/cpu/blame/package-callers.ts';
import type { BlockGroup } from '../../analysis/cpu/blocks.ts';
import type { Facts } from '../../analysis/facts.ts';
import type { Evidence } from '../../model/finding.ts';
import { formatCount } from '../../units/units.ts';
import { EVENT_LOOP_BLOCK } from '../thresholds/cpu.ts';
import { packageOf, place } from '../wording.ts';

export interface AskedBlocks extends BlockGroup {
  /** How it is known who asked for them. */
  asked: Evidence[];
}

/** The same blocks, with the place in the application that asks for them where only one is seen to call before each of them. */
export function withCaller(group: BlockGroup, { observations, cpu }: Facts): AskedBlocks {
  const { blame, blocksMillis, startsMicros } = group;
  const owner = blame.inner ?? blame.library;
  const name = owner?.package ?? null;
  const unknown = { ...group, asked: [] };
  const profile = observations.cpuProfiles.find(({ thread }) => thread === 0);
  const isHost = cpu.some(({ callersOfApp }) => name !== null && callersOfApp.has(name));
  if (blame.app || !owner || name === null || isHost || !profile) return unknown;
  if (blocksMillis.length < EVENT_LOOP_BLOCK.leastPaced) return unknown;
  const [caller, ...others] = packageCallers(profile, name).filter((each) => asksFor(startsMicros, each));
  if (!caller || others.length > 0) return unknown;
  const { app, callsMicros } = caller;
  const link = { package: null, frame: app, isBlamed: false };
  return {
    ...group,
    blame: { ...blame, app, subject: app, chain: [link, ...blame.chain] },
    asked: [
      {
        source: 'cpu-profile',
        statement: `the work continues after an \`await\`, so the stack does not show its caller: ${place(app)} is the only place that calls ${packageOf(owner)} shortly before the blocks and equally often (${formatCount(callsMicros.length, 'call')} seen, ${formatCount(blocksMillis.length, 'block')})`,
      },
    ],
  };
}

/** It was seen calling about as often as there are blocks, and before most of them. */
function asksFor(startsMicros: readonly number[], { callsMicros }: PackageCaller): boolean {
  const { samePace, askedMillis, leastAsked } = EVENT_LOOP_BLOCK;
  const ratio = callsMicros.length / startsMicros.length;
  if (ratio > samePace || ratio < 1 / samePace) return false;
  const asked = startsMicros.filter((start) =>
    callsMicros.some((call) => call <= start && start - call <= askedMillis * 1_000),
  );
  return asked.length >= startsMicros.length * leastAsked;
}
