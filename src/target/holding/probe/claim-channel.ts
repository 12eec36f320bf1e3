// What a claim on a process is, inside that process: a subscription to a channel of culprit's. It leaves no global behind,
// and the holder of the claim answers what is published there.
import type { Load } from '../../../probe/load.ts';

export const CLAIM_CHANNEL = 'culprit:claim';

/** One look's claim, as it answers for itself. */
export interface Holder {
  /** The holder's own pid, as it sees itself. */
  pid: number;
  heldMillis: number;
  /** Since anything was asked on the holder's behalf. */
  silentMillis: number;
  /** It was to close the inspector at its end. */
  closesInspector: boolean;
}

/** Filled in by the holder. */
export interface ClaimMessage {
  /** `expire`: ends a claim that was silent for far too long, whoever asks. `close`: whoever holds it closes the inspector in the end. */
  say: 'who' | 'renew' | 'end' | 'move' | 'expire' | 'close';
  /** Of whoever asks; the holder's own is obeyed. */
  token?: string;
  holder?: Holder;
  isYours?: boolean;
  hasExpired?: boolean;
  /** The inspector is about to close and to open elsewhere. */
  isMoving?: boolean;
}

interface Channel {
  hasSubscribers: boolean;
  publish(message: ClaimMessage): void;
  subscribe(listener: (message: unknown) => void): void;
  unsubscribe(listener: (message: unknown) => void): void;
}

/** Throws where the module is missing. */
export function claimChannel(load: Load): Channel {
  return (load('diagnostics_channel') as { channel(name: string): Channel }).channel(CLAIM_CHANNEL);
}

/** Asks the holder, if there is one, and gives the message back as it filled it in. */
export function askHolder(load: Load, message: ClaimMessage): ClaimMessage {
  const channel = claimChannel(load);
  if (channel.hasSubscribers) channel.publish(message);
  return message;
}
