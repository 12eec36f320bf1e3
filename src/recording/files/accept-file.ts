// The accept file: findings that a team has accepted. Each entry has to say why, who agreed, and until when.
import * as v from 'valibot';
import type { AcceptedEntry } from '../../model/comparison/accepted.ts';
import { FINDING_KINDS } from '../../model/finding.ts';
import { readCheckedJson } from './checked-json.ts';

const said = (what: string) => {
  const message = `is missing: an entry has to say ${what}`;
  // A field that is not there is judged as an empty one, so that it gets the same sentence.
  return v.optional(
    v.pipe(v.string(message), v.trim(), v.minLength(1, message), v.maxLength(2_000, 'is too long')),
    '',
  );
};

const lastDay = v.pipe(
  said('until when it is accepted, as a date like 2027-01-31'),
  v.check((text) => text === '' || /^\d{4}-\d{2}-\d{2}$/.test(text), 'has to be a date like 2027-01-31'),
  v.check((text) => text === '' || isDay(text), 'is not a valid date'),
);

const entry = v.strictObject(
  {
    fingerprint: v.pipe(
      said('which finding, by its fingerprint'),
      v.regex(/^[0-9a-f]{8}$/, 'has to be the 8 hex digits that the report prints as the fingerprint'),
    ),
    kind: v.optional(v.picklist(FINDING_KINDS, 'is not a kind of finding')),
    reason: said('the reason'),
    by: said('who accepted it'),
    until: lastDay,
  },
  'is not a field of an entry',
);

const acceptFileSchema = v.pipe(
  v.array(entry, 'has to be a list of entries'),
  v.maxLength(10_000, 'has too many entries'),
);

/** Throws RecordingError when the file is missing, or an entry lacks a reason, a name or a date. */
export function readAcceptFile(path: string): AcceptedEntry[] {
  return readCheckedJson(path, {
    schema: acceptFileSchema,
    what: 'an accept file',
    hint: 'Write a list of entries like { "fingerprint": "3f2a91c0", "reason": "known, fixed in 2.1", "by": "ann", "until": "2027-01-31" }.',
  });
}

/** "2026-02-30" has the form of a date and is none. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
