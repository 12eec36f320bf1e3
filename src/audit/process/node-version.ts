// A Node.js without security fixes.
import { END_OF_LIFE, NEWEST_LTS, RELEASES_AS_OF } from '../../model/node-releases.ts';
import { LINKS } from '../links.ts';
import { type ConfigurationRule, nodeMajor } from '../rule.ts';

export const nodeVersion: ConfigurationRule = {
  check: 'Node.js version',
  level: 3,
  judge(facts) {
    const { settings } = facts;
    const version = settings.process.nodeVersion;
    const ends = END_OF_LIFE[nodeMajor(facts) ?? 0];
    const today = settings.takenAt.slice(0, 10);
    if (ends === undefined) return { unknown: `${version} is not in the schedule of ${RELEASES_AS_OF}` };
    if (today <= ends) return { ok: `${version}, supported until ${ends}` };
    return {
      finding: {
        value: version,
        severity: 'warning',
        confidence: 0.97,
        title: `Node.js ${version} has been out of support since ${ends}`,
        why: 'vulnerabilities found since then are not fixed',
        evidence: [
          { source: 'process', statement: `process.version is ${version}` },
          {
            source: 'schedule',
            statement: `end of life ${ends}; today is ${today} (schedule as of ${RELEASES_AS_OF})`,
          },
        ],
        innocent: 'A vendor may still patch this version.',
        advice: [`Move to the newest LTS line: ${NEWEST_LTS} as of ${RELEASES_AS_OF}.`],
        references: [LINKS.releases, LINKS.schedule],
      },
    };
  },
};
