// Reports as pages show them: saved ones of real servers, and one of each other kind.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { audit } from '../../src/audit/audit.ts';
import type { DiagnosisReport } from '../../src/model/finding.ts';
import type { HeapReport } from '../../src/model/heap/heap-report.ts';
import { readSettingsFile } from '../../src/recording/files/settings-file.ts';
import type { PageReport } from '../../src/report/page/page-report.ts';
import { triage } from '../../src/triage/triage.ts';
import { buildSlower } from '../report/build-comparison.ts';
import { buildRetainerPath } from '../report/build-report.ts';
import { familyReport, watchReport } from './page-reports-of-many.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

export type SavedReport = 'leak' | 'block' | 'pool' | 'healthy' | 'too-little-data';

/** What `culprit analyze --html` made of a recording of a server of fixtures/targets or fixtures/apps. */
export function savedReport(
  name: SavedReport,
): DiagnosisReport & Required<Pick<DiagnosisReport, 'pictures'>> {
  return JSON.parse(readFileSync(join(FIXTURES, 'reports', `${name}.json`), 'utf8'));
}

function idleReport(): DiagnosisReport {
  return {
    ...savedReport('too-little-data'),
    verdict: 'idle',
    verdictReason: 'No requests were served and almost no CPU time was used in 30 s.',
    nextMeasurement: {
      unknown: 'What happens under load: no requests were served in this capture.',
      command: 'culprit diagnose 23108 --duration 120s',
    },
  };
}

export const auditReport = () => audit(readSettingsFile(join(FIXTURES, 'audit/bad/settings.json')));

export function triageReport() {
  const log = readFileSync(join(FIXTURES, 'crashes/outputs/cause-chain-24/output.log'));
  return triage({ logs: [{ name: 'shop.log', chunks: oneChunk(log) }], version: '0.1.0' });
}

async function* oneChunk(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}

export function heapReport(): HeapReport {
  const collection: HeapReport['collections'][number] = {
    objectId: 7,
    kind: 'map',
    className: 'Map',
    entries: 9_000,
    entriesAreMinimum: false,
    shallowBytes: 400_000,
    retainedBytes: 3_000_000,
    path: buildRetainerPath(),
    newest: [{ className: 'Session', shape: [], count: 20, place: null }],
    allocators: [],
    isEngineOwned: false,
  };
  const snapshot = { nodes: 120_000, edges: 400_000, shallowBytes: 6_000_000 };
  return {
    schemaVersion: 1,
    tool: { name: 'culprit', version: '0.1.0' },
    verdict: 'growth',
    program: 'node',
    classGrowth: [],
    detached: [],
    snapshots: ['first', 'second', 'third'].map((name) => ({ path: `${name}.heapsnapshot`, ...snapshot })),
    folder: '/app/',
    growth: [
      {
        key: 'registry.tenants',
        collection,
        grows: collection.path.steps.at(-1)!,
        holders: 1,
        entries: [3_000, 6_000, 9_000],
        retainedBytes: [1_000_000, 2_000_000, 3_000_000],
        leakShareBytes: 2_000_000,
        grownBytes: 2_000_000,
        exclusiveBytes: 2_000_000,
        isMinor: false,
      },
    ],
    collections: [collection],
    classes: [{ className: 'Session', count: 9_000, shallowBytes: 300_000, retainedBytes: 2_500_000 }],
    engineBytes: 2_000_000,
    duplicates: [
      { text: null, hash: 'c0ffee12', form: 'aaaa-00', length: 7, count: 900, wastedBytes: 21_000 },
    ],
    duplicateBytes: 21_000,
    warnings: ['The snapshots were taken at once.'],
  };
}

/** One of each kind, by name. */
export async function allReports(): Promise<Record<string, PageReport>> {
  const leak = savedReport('leak');
  leak.findings[0]!.retainerPath = buildRetainerPath();
  return {
    leak,
    block: savedReport('block'),
    pool: savedReport('pool'),
    healthy: savedReport('healthy'),
    'too little data': savedReport('too-little-data'),
    idle: idleReport(),
    audit: auditReport(),
    triage: await triageReport(),
    heap: heapReport(),
    comparison: buildSlower(),
    family: familyReport(savedReport('pool'), savedReport('healthy')),
    watch: watchReport(),
  };
}
