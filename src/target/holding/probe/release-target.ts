// Runs in the target at the end: releases the claim and closes the inspector that culprit opened. If another capture holds
// the process by now, that capture closes it instead.
import { findLoad, type Load } from '../../../probe/load.ts';
import { askHolder, claimChannel } from './claim-channel.ts';

export interface ReleaseConfig {
  /** The script name this runs under. */
  url: string;
  token: string;
  closeInspector: boolean;
}

/** Node.js looks at what the signal asked for in each of them, if not before. */
const TURNS = 3;

export function releaseTarget(requireOrNothing: Load | undefined, config: ReleaseConfig): void {
  const load = findLoad(requireOrNothing);
  let closes = config.closeInspector;
  try {
    const { holder, isYours } = askHolder(load!, { say: 'end', token: config.token });
    if (holder && !isYours) {
      // It found the inspector open and took it for somebody's, while our signal had opened it.
      if (closes) askHolder(load!, { say: 'close' });
      return;
    }
    closes ||= holder?.closesInspector === true;
  } catch {}
  if (!closes) return;
  closeInspector(load);
  try {
    closeOnceMore(load!);
  } catch {}
}

function closeInspector(load: Load | undefined): void {
  try {
    (load!('inspector') as { close(): void }).close();
  } catch {
    (process as { _debugEnd?(): void })._debugEnd?.();
  }
}

/**
 * A signal that came while the event loop was blocked is answered twice: at once, and when the loop turns again, when what was
 * closed meanwhile opens once more (Node 18 to 26).
 */
function closeOnceMore(load: Load): void {
  const timers: typeof import('node:timers') = load('timers');
  let turns = 0;
  const turn = () => {
    try {
      if (++turns < TURNS) timers.setImmediate(turn);
      else if (!claimChannel(load).hasSubscribers) closeInspector(load);
    } catch {}
  };
  timers.setImmediate(turn);
}
