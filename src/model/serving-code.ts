// Which code answers which kind of request, where no router shows it: the stacks of what is created while a request is
// passed to the program, compared with those of other kinds of requests.
import type { AsyncSite } from './async-resource.ts';
import type { Frame } from './frame.ts';

/** Of the stacks of one kind of request, by how much was made, the part that a function must be in. */
const LEAST_PART = 0.75;

/** By kind of request ("POST /orders"): the innermost function of the application that most of its stacks have, and no others. */
export function servingCode(sites: readonly AsyncSite[]): ReadonlyMap<string, Frame> {
  const byLabel = new Map<string, AsyncSite[]>();
  for (const site of sites) {
    if (!site.serving || !site.frames.some(isApplications)) continue;
    const known = byLabel.get(site.serving);
    if (known) known.push(site);
    else byLabel.set(site.serving, [site]);
  }
  return new Map(
    [...byLabel].flatMap(([label, own]) => {
      const others = [...byLabel].flatMap(([other, theirs]) => (other === label ? [] : theirs));
      const shared = new Set(others.flatMap(({ frames }) => frames.filter(isApplications).map(keyOf)));
      const frame = innermostOfMost(own, shared);
      return frame ? [[label, frame] as const] : [];
    }),
  );
}

function innermostOfMost(sites: readonly AsyncSite[], shared: ReadonlySet<string>): Frame | null {
  let all = 0;
  const found = new Map<string, { frame: Frame; made: number; depth: number; most: number }>();
  for (const site of sites) {
    const made = madeBy(site);
    const frames = site.frames.filter(isApplications).toReversed();
    const met = new Set<string>();
    for (const [depth, frame] of frames.entries()) {
      const key = keyOf(frame);
      if (shared.has(key) || met.has(key)) continue;
      met.add(key);
      const known = found.get(key) ?? { frame, made: 0, depth, most: 0 };
      // Of several lines of a function the one that was met most.
      if (made > known.most) Object.assign(known, { frame, most: made });
      known.made += made;
      known.depth = Math.max(known.depth, depth);
      found.set(key, known);
    }
    if (met.size > 0) all += made;
  }
  const usual = [...found.values()].filter(({ made }) => made >= all * LEAST_PART);
  return usual.sort((a, b) => b.depth - a.depth)[0]?.frame ?? null;
}

const isApplications = ({ owner }: Frame): boolean => owner === 'app';

const madeBy = ({ reads }: AsyncSite): number => reads.at(-1)?.made ?? 0;

/** A function without a name is told by its line. */
function keyOf({ functionName, file, line }: Frame): string {
  return functionName === '(anonymous)' ? `${file}:${line}` : `${file}|${functionName}`;
}
