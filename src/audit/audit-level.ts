// The level of an audit, one function. A level is reached when nothing that it or a lower one demands was found wrong:
//   1  it runs
//   2  it stops and fails as it should: SIGTERM arrives, fatal errors end it, nobody else runs code in it
//   3  it is bounded: requests end, memory and files fit, its Node.js gets security fixes
//   4  it fits what is around it: balancer, probes, grace period, CPU limit
//   5  it can be looked into when it fails, and no notice is left
// Warnings and critical findings hold back the level of their check; notices hold back level 5 only, but at level 2 that
// one, whose words no finding may contradict. What is unknown holds back nothing, and is listed.
import type { Audit, Severity } from '../model/finding.ts';

export interface LevelInput {
  level: 2 | 3 | 4 | 5;
  severity: Severity;
  /** One line: what is to change. */
  title: string;
}

const HIGHEST = 5;
const MEANINGS: Record<number, string> = {
  1: 'it runs, but does not stop or fail correctly',
  2: 'it stops and fails correctly, but some resource has no bound',
  3: 'it is bounded, but does not fit its environment',
  4: 'it fits its environment, but could report more when it fails',
  5: 'all checks passed',
};

export function auditLevel(found: readonly LevelInput[]): Omit<Audit, 'checked'> {
  const holdsBack = ({ level, severity }: LevelInput) =>
    severity === 'notice' && level !== 2 ? HIGHEST : level;
  const level = found.reduce((least, finding) => Math.min(least, holdsBack(finding) - 1), HIGHEST);
  return {
    level,
    meaning: MEANINGS[level]!,
    missingForNext: found.filter((finding) => holdsBack(finding) === level + 1).map(({ title }) => title),
  };
}
