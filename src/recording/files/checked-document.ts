// A file that a person wrote as JSON or as YAML, told by its name: read with a limit, checked against its shape.
import { readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import type * as v from 'valibot';
import { RecordingError } from '../../errors.ts';
import { checked, type Expected, notReadable, readCheckedJson } from './checked-json.ts';

const MAX_BYTES = 2 ** 20;

/** Rejects with RecordingError when there is no such file, or it is not what it has to be. */
export async function readCheckedDocument<S extends v.GenericSchema>(
  path: string,
  expected: Expected<S>,
): Promise<v.InferOutput<S>> {
  if (!/^\.ya?ml$/.test(extname(path))) return readCheckedJson(path, expected);
  return checked(await readYaml(path, expected), basename(path), expected);
}

async function readYaml(path: string, { what, hint }: Expected<v.GenericSchema>): Promise<unknown> {
  let text: string;
  try {
    if (statSync(path).size > MAX_BYTES) throw new Error(`it is too large for ${what}`);
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw notReadable(path, cause, hint);
  }
  const { parseYaml } = await import('./yaml.ts');
  try {
    return parseYaml(text);
  } catch (cause) {
    const why = (cause as Error).message.split('\n')[0]!.slice(0, 500);
    throw new RecordingError(`${basename(path)} is not YAML: ${why}`, hint, { cause });
  }
}
