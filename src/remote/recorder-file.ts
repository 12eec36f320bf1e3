// The recorder as it is sent: the one file that the build makes.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside our own program; from sources, where the build puts it. */
export function recorderPath(): string {
  const isSource = import.meta.url.endsWith('.ts');
  const path = isSource ? '../../dist/culprit-recorder.cjs' : './culprit-recorder.cjs';
  return fileURLToPath(new URL(path, import.meta.url));
}

export const readRecorder = (): Buffer => readFileSync(recorderPath());
