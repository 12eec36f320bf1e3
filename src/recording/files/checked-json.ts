// A JSON file that a person wrote or a build kept: read with a limit, checked against its shape, and refused with one
// sentence that names the field.
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import * as v from 'valibot';
import { RecordingError } from '../../errors.ts';

const MAX_BYTES = 10 * 2 ** 20;

export interface Expected<S extends v.GenericSchema> {
  schema: S;
  /** What it is to be: "an accept file". */
  what: string;
  /** What helps where it is not. */
  hint: string;
}

/** Throws RecordingError when there is no such file, or it is not what it has to be. */
export function readCheckedJson<S extends v.GenericSchema>(
  path: string,
  expected: Expected<S>,
): v.InferOutput<S> {
  return parseCheckedJson(readText(path, expected), basename(path), expected);
}

/** `name` is what messages call it. */
export function parseCheckedJson<S extends v.GenericSchema>(
  text: string,
  name: string,
  expected: Expected<S>,
): v.InferOutput<S> {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new RecordingError(`${name} is not JSON: ${(error as Error).message}.`, expected.hint, {
      cause: error,
    });
  }
  return checked(content, name, expected);
}

/** Throws RecordingError when `content` is not what it has to be. */
export function checked<S extends v.GenericSchema>(
  content: unknown,
  name: string,
  { schema, what, hint }: Expected<S>,
): v.InferOutput<S> {
  // An object schema takes a list for an object without any of its keys.
  if (Array.isArray(content) && schema.type.endsWith('object'))
    throw new RecordingError(`${name} is not ${what}: it has to be an object.`, hint);
  const result = v.safeParse(schema, content);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = placeOf(issue);
  throw new RecordingError(
    `${name} is not ${what}: ${place === '' ? '' : `${place}: `}${issue.message.slice(0, 500)}.`,
    hint,
  );
}

function readText(path: string, { what, hint }: Expected<v.GenericSchema>): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw new RecordingError(`${path} is too large for ${what}.`, hint);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof RecordingError) throw error;
    throw notReadable(path, error, hint);
  }
}

/** Where there is no file, the path is what has to be corrected, and nothing in it. */
export function notReadable(path: string, cause: unknown, hint: string): RecordingError {
  return (cause as NodeJS.ErrnoException).code === 'ENOENT'
    ? new RecordingError(`There is no file ${path}.`, 'Check the path.', { cause })
    : new RecordingError(`${path} could not be read: ${(cause as Error).message}.`, hint, { cause });
}

/** "gates[2]", "accepted[0].until" */
function placeOf(issue: v.BaseIssue<unknown>): string {
  let place = '';
  for (const { key } of issue.path ?? []) {
    place += typeof key === 'number' ? `[${key}]` : `${place === '' ? '' : '.'}${String(key).slice(0, 100)}`;
  }
  return place;
}
