// Code that reads NODE_ENV treats every value but "production" as development: more checks, longer errors, no caches.
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

export const nodeEnv: ConfigurationRule = {
  check: 'NODE_ENV',
  level: 5,
  judge({ settings: { inner, outer } }) {
    const value = inner.env.NODE_ENV;
    if (value === 'production') return { ok: 'production' };
    if (outer.filesRead === undefined)
      return {
        unknown: "the program's files could not be read, so it is unknown whether any code reads NODE_ENV",
      };
    if (outer.readsNodeEnv === undefined)
      return { ok: 'no loaded file that culprit examined reads NODE_ENV' };
    return {
      finding: {
        value: value ?? 'not set',
        severity: 'notice',
        confidence: 0.8,
        title: `NODE_ENV is ${value === undefined ? 'not set' : `"${value}"`}, and loaded code reads it`,
        why: 'such code runs in development mode: slower, without caches, and with stack traces in responses',
        evidence: [
          { source: 'environment', statement: `NODE_ENV is ${value ?? 'not set'}` },
          { source: 'files', statement: `read by ${outer.readsNodeEnv}` },
        ],
        innocent: 'This may not be a production process, or the code may not depend on this value.',
        advice: ['env: [{ name: NODE_ENV, value: production }]   # or NODE_ENV=production before node'],
        references: [LINKS.nodeEnv],
      },
    };
  },
};
