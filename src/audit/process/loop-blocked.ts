// An event loop that was blocked for most of the capture: no request, no probe and no signal handler is served meanwhile.
import { formatDuration, formatShare } from '../../units/units.ts';
import { LINKS } from '../links.ts';
import { type ConfigurationRule, FIND_BLOCKS } from '../rule.ts';

const MOST_OF_LOOK = 0.5;
const ALL_OF_LOOK = 0.9;

export const loopBlocked: ConfigurationRule = {
  check: 'event loop',
  level: 2,
  judge({ settings }) {
    const delay = settings.inner.loopDelay;
    if (!delay || delay.lookMillis === 0)
      return { unknown: 'the delay of the event loop could not be measured' };
    const { lookMillis, maxMillis } = delay;
    const share = Math.min(1, maxMillis / lookMillis);
    if (share < MOST_OF_LOOK) return { ok: `late by ${formatDuration(maxMillis)} at most` };
    const isWhole = share >= ALL_OF_LOOK;
    return {
      finding: {
        value: `blocked for ${formatDuration(maxMillis)}`,
        severity: isWhole ? 'critical' : 'warning',
        confidence: isWhole ? 0.9 : 0.8,
        title: isWhole
          ? `The event loop was blocked for the whole capture (${formatDuration(lookMillis)})`
          : `The event loop was blocked for ${formatDuration(maxMillis)} of a capture of ${formatDuration(lookMillis)}`,
        why: 'meanwhile no request is answered, no timer fires, and a SIGTERM handler does not run',
        evidence: [
          {
            source: 'event-loop',
            statement: `one iteration of the event loop was delayed by ${formatDuration(maxMillis)}: ${formatShare(share)} of the capture`,
          },
        ],
        innocent: 'The capture was short: it may have coincided with rare long work, such as start-up.',
        advice: [FIND_BLOCKS],
        caveats: isWhole
          ? [
              'Requests, pool work and agents were read during the block, so what the report says of them may be out of date.',
            ]
          : [],
        references: [LINKS.blocking],
      },
    };
  },
};
