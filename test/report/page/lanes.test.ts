// What a watch decided, as lanes over time: when alarms rose and were over, and what happened to the process.
import { expect, test } from 'vitest';
import { lanesOf } from '../../../src/report/page/parts/lanes.ts';
import { decision, watchReport } from '../../support/page-reports-of-many.ts';

const at = (time: string) => Date.parse(`2027-01-31T${time}.000Z`);
const alarm = (time: string, what: 'warn' | 'critical' | 'clear', rule = 'memory') =>
  decision(time, what, { rule });

test('an alarm lasts until it is over, and one that is not over has no end', () => {
  const [shop, mailer] = lanesOf(watchReport().decisions);
  expect(shop).toEqual({
    target: 'shop',
    alarms: [
      { rule: 'loop', level: 'warn', fromMillis: at('09:10:00'), toMillis: at('09:25:00') },
      { rule: 'memory-rising', level: 'warn', fromMillis: at('10:11:30'), toMillis: null },
      { rule: 'memory', level: 'critical', fromMillis: at('10:50:00'), toMillis: null },
    ],
    restarts: [],
    diagnoses: [at('10:12:31')],
  });
  expect(mailer).toEqual({
    target: 'mailer',
    alarms: [],
    restarts: [at('09:40:00'), at('09:40:05')],
    diagnoses: [],
  });
});

test('an alarm that becomes graver or milder is a bar after another', () => {
  const decisions = [
    alarm('10:00:00', 'warn'),
    alarm('10:10:00', 'critical'),
    alarm('10:20:00', 'warn'),
    alarm('10:30:00', 'clear'),
  ];
  expect(lanesOf(decisions)[0]!.alarms).toEqual([
    { rule: 'memory', level: 'warn', fromMillis: at('10:00:00'), toMillis: at('10:10:00') },
    { rule: 'memory', level: 'critical', fromMillis: at('10:10:00'), toMillis: at('10:20:00') },
    { rule: 'memory', level: 'warn', fromMillis: at('10:20:00'), toMillis: at('10:30:00') },
  ]);
});

test('rules and targets do not end each other’s alarms', () => {
  const decisions = [
    alarm('10:00:00', 'warn'),
    alarm('10:05:00', 'clear', 'loop'),
    { ...alarm('10:06:00', 'clear'), target: 'mailer' },
  ];
  expect(lanesOf(decisions)).toMatchObject([{ target: 'shop', alarms: [{ toMillis: null }] }]);
});

test('where nothing happened there is no lane', () => {
  expect(lanesOf([])).toEqual([]);
  expect(lanesOf([decision('08:00:00', 'found'), decision('08:40:00', 'light')])).toEqual([]);
});
