// How the target was left, in one line.
import { expect, test } from 'vitest';
import { describeRestored } from '../../src/report/text/restored-text.ts';

const slower = { code: 'awaits-slower', message: 'culprit watched promises.' } as const;
const other = { code: 'target-ended', message: 'The target ended.' } as const;

test.each([
  [true, [], 'yes, the process was left as it was found'],
  [true, [other], 'yes, the process was left as it was found'],
  [true, [other, slower], 'yes, but its awaits are slower until it restarts: see the warnings'],
  [false, [slower], 'NO: see the warnings'],
  [null, [], 'the target ended, or its inspector was closed'],
])('restored: %s, with the warnings %j', (restored, warnings, said) => {
  expect(describeRestored({ restored, warnings })).toBe(said);
});
