// When V8 runs out of memory, nothing is left to examine unless a report was requested.
import { LINKS } from '../links.ts';
import type { ConfigurationRule } from '../rule.ts';

export const diagnosticReport: ConfigurationRule = {
  check: 'diagnostic report on a fatal error',
  level: 5,
  judge({ settings: { inner } }) {
    if (inner.report?.onFatalError === undefined) return { unknown: 'process.report could not be read' };
    if (inner.report.onFatalError) return { ok: 'on' };
    return {
      finding: {
        value: 'off',
        severity: 'notice',
        confidence: 0.95,
        title: 'A fatal error (out of memory, native crash) leaves no diagnostic report',
        why: 'the process ends with a few lines on standard error: stacks, heap spaces, handles and limits are lost',
        evidence: [{ source: 'process', statement: 'process.report.reportOnFatalError is false' }],
        innocent: 'A crash service that collects core dumps keeps more than a report.',
        advice: ['node --report-on-fatalerror --report-directory=/var/reports ...   # a writable folder'],
        references: [LINKS.report],
      },
    };
  },
};
