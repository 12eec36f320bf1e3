// A pod spec as people have it: the YAML or JSON of `kubectl get ... -o yaml`, several documents allowed.
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { RecordingError } from '../../errors.ts';
import { decodePodSpec, NotAPod } from '../../model/decode/pod-spec.ts';
import type { PodContainer } from '../../model/settings/pod.ts';
import { MAX_ALIASES } from './yaml.ts';

const MAX_BYTES = 10 * 2 ** 20;
const HINT =
  'Write it with `kubectl get pod NAME -o yaml`; choose one of several containers with --container.';

/** Throws RecordingError when it is no YAML, holds no pod, or several containers to choose from. */
export function readPodFile(path: string, container?: string): PodContainer {
  return parsePod(readText(path), basename(path), container);
}

/** As readPodFile, of text at hand. `name` is what messages call it. */
export function parsePod(text: string, name: string, container?: string): PodContainer {
  try {
    return decodePodSpec(parseDocuments(text), container);
  } catch (cause) {
    const isOurs = cause instanceof NotAPod;
    const why = (cause as Error).message.split('\n')[0]!.slice(0, 500);
    throw new RecordingError(
      isOurs ? `${name} cannot be used as a pod: ${why}.` : `${name} is not YAML: ${why}`,
      HINT,
      { cause },
    );
  }
}

function parseDocuments(text: string): unknown[] {
  return [...parseAllDocuments(text, { logLevel: 'silent' })].map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  });
}

function readText(path: string): string {
  try {
    if (statSync(path).size > MAX_BYTES) throw new Error('it is too large for a pod spec');
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new RecordingError(`${path} could not be read: ${(cause as Error).message}.`, HINT, { cause });
  }
}
