// All pictures of one capture, from its facts and the places that findings name.
import type { Finding } from '../../model/finding.ts';
import {
  type PackageTime,
  PICTURE_BOUNDS,
  type Pictures,
  type SourceLine,
} from '../../model/report/pictures.ts';
import type { Facts } from '../facts.ts';
import { cpuTables } from '../profile/profile-tables.ts';
import { drawFlame } from './flame.ts';
import { drawGrowth } from './growth.ts';
import { drawLimits } from './limits.ts';
import { rounded } from './points.ts';
import { drawPools } from './pools.ts';
import { drawTimeline } from './timeline.ts';

/** Every list is bounded: see wire/report/pictures. */
export function drawPictures(facts: Facts, findings: readonly Finding[]): Pictures {
  const { cpuProfiles, sourceLines } = facts.observations;
  const timeline = drawTimeline(facts);
  return {
    ...(timeline && { timeline }),
    limits: drawLimits(facts),
    growth: drawGrowth(facts),
    pools: drawPools(facts, findings),
    flames: cpuProfiles.flatMap((profile) => drawFlame(profile) ?? []).slice(0, PICTURE_BOUNDS.flames),
    packages: packagesOf(facts),
    sourceLines: linesAround(findings, sourceLines),
  };
}

const MOST_PACKAGES = 20;

function packagesOf({ observations: { cpuProfiles } }: Facts): PackageTime[] {
  const main = cpuProfiles.find(({ thread }) => thread === 0) ?? cpuProfiles[0];
  if (!main) return [];
  const { packages, states } = cpuTables(main, 'unknown', MOST_PACKAGES);
  const rows = packages.map(({ name, owner, self }) => ({ name, owner, millis: rounded(self) }));
  const gc = states?.gc ?? 0;
  return [...rows, { name: '(garbage collection)', owner: 'native' as const, millis: rounded(gc) }]
    .filter(({ millis }) => millis > 0)
    .sort((a, b) => b.millis - a.millis);
}

const LINES_AROUND = 8;
const LONGEST_LINE = 200;

/** A recording has the lines that profiles point at, and no others. */
function linesAround(findings: readonly Finding[], sourceLines: ReadonlyMap<string, string>): SourceLine[] {
  const found = new Map<string, SourceLine>();
  for (const { subject } of findings) {
    const { file, line: blamed } = subject;
    if (file === null || blamed === null) continue;
    for (let line = Math.max(1, blamed - LINES_AROUND); line <= blamed + LINES_AROUND; line++) {
      const key = `${file}:${line}`;
      const text = sourceLines.get(key);
      if (text !== undefined) found.set(key, { file, line, text: text.slice(0, LONGEST_LINE) });
    }
  }
  return [...found.values()].slice(0, PICTURE_BOUNDS.sourceLines);
}
