// The release lines of Node.js: when their support ends, and which ones culprit supports. docs/node-versions.md and the
// examples follow it.

/** When the dates were read. */
export const RELEASES_AS_OF = '2026-11-30';

/** By major version. https://github.com/nodejs/Release/blob/main/schedule.json, "end". Newer lines are not in it yet. */
export const END_OF_LIFE: Readonly<Record<number, string>> = {
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
  26: '2029-04-30',
};

/** The newest line with long-term support: what examples name, and what advice says. */
export const NEWEST_LTS = 26;

/** Versions that a target may run; the tests try the even ones. */
export const TARGET_MAJORS = { oldest: 16, newest: 26 } as const;
