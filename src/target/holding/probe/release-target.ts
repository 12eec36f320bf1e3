// Runs in the target at the end: gives up our claim and closes the inspector that we opened, unless somebody else holds the
// process by now.
import { findLoad, type Load } from '../../../probe/core.ts';
import { askHolder } from './claim-channel.ts';

export interface ReleaseConfig {
  /** The script name this runs under. */
  url: string;
  token: string;
  closeInspector: boolean;
}

export function releaseTarget(requireOrNothing: Load | undefined, config: ReleaseConfig): void {
  const load = findLoad(requireOrNothing);
  try {
    const { holder, isYours } = askHolder(load!, { say: 'end', token: config.token });
    if (holder && !isYours) return;
  } catch {}
  if (!config.closeInspector) return;
  try {
    (load!('inspector') as { close(): void }).close();
  } catch {
    (process as { _debugEnd?(): void })._debugEnd?.();
  }
}
