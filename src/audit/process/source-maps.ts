// Transpiled code whose stack traces name lines that nobody wrote.
import { LINKS } from '../links.ts';
import { type ConfigurationRule, nodeFlags } from '../rule.ts';

export const sourceMaps: ConfigurationRule = {
  check: 'source maps',
  level: 5,
  judge({ settings }) {
    const { inner, outer } = settings;
    if (outer.filesRead === undefined) return { unknown: 'the files of the program could not be read' };
    if (outer.transpiled === undefined) return { ok: 'no loaded file looks transpiled' };
    if (inner.sourceMaps || nodeFlags(settings).includes('--enable-source-maps')) return { ok: 'on' };
    if (inner.sourceMaps === undefined)
      return { unknown: 'this version of Node.js does not report whether source maps are on' };
    return {
      finding: {
        value: 'off',
        severity: 'notice',
        confidence: 0.9,
        title: 'The code is transpiled, and source maps are off',
        why: 'stack traces in logs and reports name lines of the output, not of the source: errors take longer to find',
        evidence: [
          { source: 'files', statement: `${outer.transpiled} has a source map` },
          { source: 'process', statement: 'process.sourceMapsEnabled is false' },
        ],
        innocent: 'An error service may apply the maps later, or a package that is loaded may do it itself.',
        advice: ['node --enable-source-maps ...   # or NODE_OPTIONS=--enable-source-maps'],
        caveats: ['Reading error.stack very often costs more with source maps.'],
        references: [LINKS.sourceMaps],
      },
    };
  },
};
