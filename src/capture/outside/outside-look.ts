// What is read from outside at each sample, without asking the process: its /proc, and how the kernel schedules it.
import { readPassiveSample } from '../../signals/passive/read.ts';
import type { SocketGroup } from '../../signals/passive/wire.ts';
import { readScheduling } from '../../signals/scheduling/read.ts';
import { createOrphans } from '../../target/proc/orphans.ts';
import { createSocketAges } from '../../target/proc/socket-ages.ts';
import type { CaptureContext } from '../context.ts';
import { readAddons } from './addons.ts';
import { readMappedFiles } from './mapped-files.ts';

/** Of the samples: the memory maps are long, and change seldom. */
const ADDONS_EVERY = 20;
const MAPPED_FILES_EVERY = 3;

/** Of one sample, what decides on the next steps. */
export interface OutsideSample {
  residentBytes?: number;
  descriptors?: number;
  sockets?: SocketGroup[];
}

/**
 * Reads the process once at each call and writes it down. `inspectorPort` tells our own connections from those of the program.
 * Null where its /proc is not at hand.
 */
export function createOutsideLook(
  context: CaptureContext,
  inspectorPort: number,
): () => OutsideSample | null {
  const socketAges = createSocketAges();
  const orphans = createOrphans();
  let samples = 0;
  return () => {
    const { localPid, sink, outcome } = context;
    if (localPid === null) return null;
    const atMillis = context.elapsed();
    const ownInspectorPorts = [inspectorPort];
    const sample = readPassiveSample(localPid, atMillis, { ownInspectorPorts, socketAges, orphans });
    const addons = samples % ADDONS_EVERY === 0 ? readAddons(localPid) : undefined;
    const mappedFiles = samples % MAPPED_FILES_EVERY === 0 ? readMappedFiles(localPid) : undefined;
    samples++;
    sink.line({ type: 'passive', ...sample, addons, mappedFiles });
    sink.line({ type: 'scheduling', ...readScheduling(localPid, context.elapsed()) });
    if (!outcome.steps.includes('passive')) outcome.steps.push('passive');
    return { residentBytes: sample.rssBytes, descriptors: sample.fdCount, sockets: sample.sockets };
  };
}
