import { describe, expect, test } from 'vitest';
import { applyAccepted } from '../../src/findings/gates/apply-accepted.ts';
import type { AcceptedEntry } from '../../src/model/comparison/accepted.ts';
import { findingChange } from '../support/build-comparison.ts';

const entry = (parts: Partial<AcceptedEntry> = {}): AcceptedEntry => ({
  fingerprint: '0a1b2c3d',
  reason: 'fixed in 2.1',
  by: 'ann',
  until: '2026-12-01',
  ...parts,
});
const apply = (entries: AcceptedEntry[], now = '2026-11-21T12:00:00Z') =>
  applyAccepted([findingChange()], entries, new Date(now));

describe('an accepted finding', () => {
  test('carries the reason, who, and until when', () => {
    expect(apply([entry()])).toEqual({
      findings: [
        { ...findingChange(), accepted: { reason: 'fixed in 2.1', by: 'ann', until: '2026-12-01' } },
      ],
      warnings: [],
      notices: [],
    });
  });

  test('is accepted through the whole of its last day, and not on the next', () => {
    expect(apply([entry()], '2026-12-01T23:59:59Z').findings[0]!.accepted).not.toBeNull();
    const late = apply([entry()], '2026-12-02T00:00:00Z');
    expect(late.findings[0]!.accepted).toBeNull();
    expect(late.warnings).toEqual([
      'Finding 0a1b2c3d was accepted until 2026-12-01; that has expired (fixed in 2.1, ann).',
    ]);
  });

  test('is accepted by an entry that still holds, beside one that ran out', () => {
    const { findings, warnings } = apply([entry({ until: '2026-01-01' }), entry({ by: 'bob' })]);
    expect(findings[0]!.accepted).toMatchObject({ by: 'bob' });
    expect(warnings).toHaveLength(1);
  });

  test('has to be of the kind that was accepted', () => {
    expect(apply([entry({ kind: 'listener-leak' })]).findings[0]!.accepted).not.toBeNull();
    const other = apply([entry({ kind: 'heap-leak' })]);
    expect(other.findings[0]!.accepted).toBeNull();
    expect(other.notices).toEqual([
      expect.stringContaining('Finding 0a1b2c3d (heap-leak) is accepted, but culprit'),
    ]);
  });
});

test('an entry that matches nothing is a notice, and an expired one only a warning', () => {
  const { findings, warnings, notices } = apply([
    entry({ fingerprint: 'ffffffff' }),
    entry({ fingerprint: 'eeeeeeee', until: '2020-01-01' }),
  ]);
  expect(findings[0]!.accepted).toBeNull();
  expect(notices).toEqual([expect.stringContaining('ffffffff')]);
  expect(warnings).toEqual([expect.stringContaining('eeeeeeee')]);
});

test('what a comparison said before of acceptance does not stay', () => {
  const before = findingChange({ accepted: { reason: 'old', by: 'x', until: '2020-01-01' } });
  expect(applyAccepted([before], [], new Date()).findings[0]!.accepted).toBeNull();
});
