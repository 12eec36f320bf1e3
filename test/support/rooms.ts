// The rooms of src: which file belongs to which, and what each may import. test/arrows.test.ts holds the code to it,
// test/map.test.ts the map in src/README.md.

/**
 * The first folder. But code that runs in the target is one room wherever it lies, and a signal has a part in three more: the
 * shape of its lines (`wire`), what they mean (`signals`, the offline half), how they are read (`live signals`).
 */
export const roomOf = (file: string) => {
  if (/^probe\/client\//.test(file)) return 'live signals';
  if (/^probe\/|\/(probe|requests)\//.test(file)) return 'probe';
  if (!file.startsWith('signals/')) return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
  if (/wire\.ts$/.test(file)) return 'wire';
  return /(^signals\/(lines|offline-signal|sink)|decode)\.ts$/.test(file) ? 'signals' : 'live signals';
};

/** What each room may import: with "type", only as a type; of a room one file by its path. Anything at the top of src is named by its file. */
export const ALLOWED: Record<string, string[]> = {
  units: [],
  wire: [],
  signals: ['wire', 'model'],
  probe: ['type wire', 'type model', 'type signals', 'model/owner.ts'],
  'live signals': [
    'type wire',
    'type signals',
    'type model',
    'model/owner.ts',
    'units',
    'target',
    'errors.ts',
    'probe',
  ],
  model: ['units', 'type wire'],
  analysis: ['model', 'units'],
  findings: ['analysis', 'model', 'units'],
  audit: ['defaults.ts', 'findings', 'analysis', 'model', 'report/warnings.ts', 'units', 'version.ts'],
  report: ['model', 'units', 'findings', 'type wire'],
  recording: ['model', 'units', 'signals', 'type wire', 'wire/warning.ts', 'errors.ts'],
  target: ['type model', 'model/owner.ts', 'units', 'probe', 'errors.ts'],
  capture: [
    'defaults.ts',
    'probe',
    'type model',
    'model/owner.ts',
    'model/memory/floors.ts',
    'live signals',
    'type signals',
    'type wire',
    'units',
    'target',
    'errors.ts',
  ],
  workload: ['capture', 'target', 'model', 'units', 'errors.ts'],
  triage: ['model', 'units', 'findings', 'recording', 'errors.ts', 'version.ts'],
  testing: [
    'analysis',
    'probe',
    'errors.ts',
    'findings',
    'model',
    'units',
    'recording',
    'signals',
    'type wire',
  ],
  heap: ['analysis', 'model', 'units', 'recording', 'errors.ts', 'version.ts'],
  comparison: [
    'analysis',
    'capture',
    'defaults.ts',
    'diagnose.ts',
    'errors.ts',
    'findings',
    'heap',
    'model',
    'record.ts',
    'recording',
    'report/warnings.ts',
    'target',
    'units',
    'version.ts',
    'workload',
  ],
  remote: ['recorder', 'recording', 'target', 'type capture', 'model', 'units', 'errors.ts', 'exit-codes.ts'],
  recorder: [
    'defaults.ts',
    'record.ts',
    'errors.ts',
    'exit-codes.ts',
    'type model',
    'units',
    'capture',
    'recording',
    'target',
  ],
  cli: [
    'audit',
    'capture',
    'comparison',
    'defaults.ts',
    'diagnose.ts',
    'errors.ts',
    'exit-codes.ts',
    'findings',
    'heap',
    'model',
    'record.ts',
    'recording',
    'remote',
    'report',
    'target',
    'triage',
    'units',
    'version.ts',
    'workload',
  ],
};
