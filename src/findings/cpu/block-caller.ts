// Who asked a package for the work with which it blocks the event loop later: what goes on after an `await` has lost its caller,
// and the pace at which the blocks come tells which one it was.

import { functionKey } from '../../analysis/cpu/blame/blame.ts';
import { isHost } from '../../analysis/cpu/blame/callers.ts';
import type { BlockGroup } from '../../analysis/cpu/blocks.ts';
import type { Facts } from '../../analysis/facts.ts';
import { type SurvivingSite, survivingSites } from '../../analysis/growth/resource-growth.ts';
import type { Evidence } from '../../model/finding.ts';
import type { Frame } from '../../model/frame.ts';
import { EVENT_LOOP_BLOCK } from '../thresholds/cpu.ts';
import { packageOf, perSecond, place } from '../wording.ts';

/** The same blocks, with the place in the application that asks for them where only one is seen to ask at their pace. */
export function withCaller(
  group: BlockGroup,
  durationMillis: number,
  facts: Facts,
): BlockGroup & { asked: Evidence[] } {
  const { blame, blocksMillis } = group;
  const owner = blame.inner ?? blame.library;
  const name = owner?.package ?? null;
  const unknown = { ...group, asked: [] };
  if (blame.app || !owner || name === null || isHost(facts, name)) return unknown;
  const pace = (blocksMillis.length * 1_000) / durationMillis;
  const all = callersOf(name, facts);
  const near = all.filter(({ madePerSecond }) => isAtPace(madePerSecond, pace));
  const [caller, ...others] = near;
  if (!caller || others.length > 0 || blocksMillis.length < EVENT_LOOP_BLOCK.leastPaced) return unknown;
  const app = caller.blame.app!;
  const link = { package: null, frame: app, isBlamed: false };
  const rest =
    all.length > 1
      ? `, and ${all.length === 2 ? '1 other place calls' : `${all.length - 1} other places call`} it at another pace`
      : '';
  return {
    ...group,
    blame: { ...blame, app, subject: app, chain: [link, ...blame.chain] },
    asked: [
      {
        source: 'async-resources',
        statement: `the work goes on after an \`await\`, so that no stack tells who asked for it: ${place(app)} calls ${packageOf(owner)} as often as the blocks come (${perSecond(caller.madePerSecond)})${rest}`,
      },
    ],
  };
}

function isAtPace(rate: number, pace: number): boolean {
  return Math.abs(Math.log(Math.max(1e-6, rate) / pace)) <= Math.log(EVENT_LOOP_BLOCK.samePace);
}

/** By function of the application, each at the pace of what it makes most often. */
function callersOf(name: string, { observations }: Facts): SurvivingSite[] {
  const found = new Map<string, SurvivingSite>();
  for (const site of survivingSites(observations.asyncObservations, ['PROMISE'], 'all')) {
    const { app, chain } = site.blame;
    if (!app || site.site.thread !== 0 || !chain.some((link) => link.package === name)) continue;
    const key = keyOf(app);
    const known = found.get(key);
    if (!known || known.madePerSecond < site.madePerSecond) found.set(key, site);
  }
  return [...found.values()];
}

/** A handler without a name is told by its line. */
function keyOf(app: Frame): string {
  return functionKey(app.functionName === '(anonymous)' ? app : { ...app, line: null });
}
