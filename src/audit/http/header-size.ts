// Headers may be so large that a few clients hold much memory.
import { formatBytes } from '../../units/units.ts';
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

/** The default is 16 KB; cookies of some systems need twice that. */
const LARGE_BYTES = 128 * 1024;

export const headerSize: ConfigurationRule = {
  check: '--max-http-header-size',
  level: 5,
  judge({ settings: { inner } }) {
    const size = inner.maxHeaderBytes;
    if (size === undefined) return { unknown: 'it could not be read' };
    if (size < LARGE_BYTES) return { ok: formatBytes(size) };
    return {
      finding: {
        value: formatBytes(size),
        severity: 'notice',
        confidence: 0.8,
        title: `A client may send ${formatBytes(size)} of headers with each request`,
        why: 'headers are held in memory and parsed before any code of the program can reject the request',
        evidence: [{ source: 'process', statement: `http.maxHeaderSize is ${size}` }],
        innocent: 'Clients with very large cookies may need it.',
        advice: ['node --max-http-header-size=32768   # or maxHeaderSize in http.createServer()'],
        references: [LINKS.maxHeaderSize],
      },
    };
  },
};
