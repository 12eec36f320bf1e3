// The recorder as it was built.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.ts';

export const RECORDER = readFileSync(join(ROOT, 'dist/culprit-recorder.cjs'));
