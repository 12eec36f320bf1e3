// A Node.js without security fixes. Dates of end of life by the release schedule of Node.js, as of 2026-11-27.
import { LINKS } from '../links.ts';
import { type ConfigurationRule, nodeMajor } from '../rule.ts';

const TABLE_DATE = '2026-11-27';
/** https://github.com/nodejs/Release/blob/main/schedule.json, "end". Newer lines are not in it yet. */
const END_OF_LIFE: Record<number, string> = {
  8: '2019-12-31',
  10: '2021-04-30',
  11: '2019-06-01',
  12: '2022-04-30',
  13: '2020-06-01',
  14: '2023-04-30',
  15: '2021-06-01',
  16: '2023-09-11',
  17: '2022-06-01',
  18: '2025-04-30',
  19: '2023-06-01',
  20: '2026-04-30',
  21: '2024-06-01',
  22: '2027-04-30',
  23: '2025-06-01',
  24: '2028-04-30',
  25: '2026-06-01',
};

export const nodeVersion: ConfigurationRule = {
  check: 'Node.js version',
  level: 3,
  judge(facts) {
    const { settings } = facts;
    const version = settings.process.nodeVersion;
    const ends = END_OF_LIFE[nodeMajor(facts) ?? 0];
    const today = settings.takenAt.slice(0, 10);
    if (ends === undefined) return { unknown: `${version} is not in the schedule of ${TABLE_DATE}` };
    if (today <= ends) return { ok: `${version}, supported until ${ends}` };
    return {
      finding: {
        value: version,
        severity: 'warning',
        confidence: 0.97,
        title: `Node.js ${version} has been out of support since ${ends}`,
        why: 'security holes found since then stay open',
        evidence: [
          { source: 'process', statement: `process.version is ${version}` },
          {
            source: 'schedule',
            statement: `end of life ${ends}; today is ${today} (schedule as of ${TABLE_DATE})`,
          },
        ],
        innocent: 'A vendor may still patch this version.',
        advice: ['Move to the newest LTS line: 24 at the time of this table.'],
        references: [LINKS.releases, LINKS.schedule],
      },
    };
  },
};
