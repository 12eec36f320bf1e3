// The name of a frame and of a thread in every flame graph format: one inert, bounded line.
import type { CpuProfile } from '../../model/cpu-profile.ts';
import type { Frame } from '../../model/frame.ts';
import { escapeControls } from '../escape.ts';

const MAX_NAME_LENGTH = 160;
const MAX_PLACE_LENGTH = 240;

/** "handleOrder (src/orders.ts:42)", "parse (node_modules/qs/index.js:7) [qs@6.1.0]", "(idle)". One inert line. */
export function frameText(frame: Frame): string {
  const name = escapeControls(frame.functionName, MAX_NAME_LENGTH);
  if (frame.file === null) return name;
  const place = `${escapeControls(frame.file, MAX_PLACE_LENGTH)}${frame.line === null ? '' : `:${frame.line}`}`;
  const owner = frame.package === null ? '' : ` [${escapeControls(frame.package, MAX_NAME_LENGTH)}]`;
  return `${name} (${place})${owner}`;
}

/** What a thread is called among others: "main", "worker-1 (thread 3)". */
export function threadLabel(profile: Pick<CpuProfile, 'thread' | 'threadName'>): string {
  const name = escapeControls(profile.threadName, MAX_NAME_LENGTH) || 'thread';
  return profile.thread === 0 ? name : `${name} (thread ${profile.thread})`;
}
