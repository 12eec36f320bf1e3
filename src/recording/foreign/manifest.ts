// The manifest for a file that is not a recording.
import { RECORDING_FORMAT, RECORDING_VERSION } from '../format.ts';
import type { Manifest } from '../manifest.ts';

export function foreignManifest({
  files = [],
  ...target
}: Partial<Manifest['target']> & { files?: Manifest['files'] }): Manifest {
  return {
    format: RECORDING_FORMAT,
    formatVersion: RECORDING_VERSION,
    toolVersion: '',
    target: {
      pid: 0,
      nodeVersion: '',
      title: '',
      cwd: process.cwd(),
      uptimeSeconds: 0,
      threads: [{ id: 0, name: 'main' }],
      ...target,
    },
    capture: {
      startedAt: '',
      durationMillis: 0,
      ended: 'complete',
      steps: [],
      pausesMillis: [],
      restored: true,
      warnings: [],
    },
    files,
  };
}
