// What the tests ask of save.mjs.
import type { ServerOverhead } from '../../../src/capture/overhead.ts';
import type { Row } from './table.mjs';

export function saveOverhead(rows: Row[], provenance: string): void;
export function measuredIn(row: Row): Omit<ServerOverhead, 'server' | 'does' | 'provenance'>;
