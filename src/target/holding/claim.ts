// culprit's end of the claim on a process (probe/claim-target.ts): one capture at a time.
import { randomUUID } from 'node:crypto';
import { AttachError } from '../../errors.ts';
import { PROBE_URL } from '../../probe/probe-url.ts';
import type { InspectorSession } from '../inspector/inspector-session.ts';
import { CLAIM_CHANNEL, type Holder } from './probe/claim-channel.ts';
import type { ClaimAnswer, ClaimConfig } from './probe/claim-target.ts';
import claimSource from './probe/claim-target.ts?probe';
import type { ReleaseConfig } from './probe/release-target.ts';
import releaseSource from './probe/release-target.ts?probe';

/** As long as the probe's: until it is in place, and where it cannot be, the claim is the lease. */
const LEASE_MILLIS = 10_000;
const CLAIM_TIMEOUT_MILLIS = 8_000;
const RELEASE_TIMEOUT_MILLIS = 3_000;

/** Somebody else looks at the process. */
export class TargetIsHeld extends AttachError {
  readonly holder: Holder;
  constructor(pid: number, holder: Holder) {
    const seconds = Math.max(1, Math.round(holder.heldMillis / 1_000));
    super(
      `Another culprit (process ${holder.pid}) has been attached to process ${pid} for ${seconds} s. culprit did not attach.`,
      'Wait until it is done. If it has died, its claim on the process expires within 10 s.',
    );
    this.holder = holder;
  }
}

/** Names one look, to the process and to whoever cleans up after it. */
export function newToken(): string {
  return randomUUID();
}

/** What a look asks for; the token names it. */
export type Wanted = Pick<ClaimConfig, 'token' | 'closeInspector' | 'takesOver'>;

/**
 * Claims the process, or finds it claimed for this look already. Resolves with whether the inspector is ours to close.
 * Throws TargetIsHeld.
 */
export async function claim(session: InspectorSession, pid: number, wanted: Wanted): Promise<boolean> {
  const config: ClaimConfig = {
    url: PROBE_URL,
    pid: process.pid,
    leaseMillis: LEASE_MILLIS,
    ...wanted,
  };
  const params = { ...evaluation(callOf(claimSource, config)), returnByValue: true };
  const answer = await session.send<{ result?: { value?: ClaimAnswer } } | null>(
    'Runtime.evaluate',
    params,
    CLAIM_TIMEOUT_MILLIS,
  );
  const said = answer?.result?.value;
  if (said?.is === 'held') throw new TargetIsHeld(pid, said.holder);
  return said?.is === 'claimed' ? said.closesInspector : wanted.closeInspector;
}

/** Asks the claim to move the inspector, which ends the session. False: it stays where it is. */
export async function askToMove(session: InspectorSession, token: string): Promise<boolean> {
  const message = JSON.stringify({ say: 'move', token });
  const expression = `((message) => {
    require('diagnostics_channel').channel('${CLAIM_CHANNEL}').publish(message);
    return message.isMoving === true;
  })(${message})`;
  const params = { ...evaluation(expression), returnByValue: true };
  const asked = session.send<{ result?: { value?: boolean } }>(
    'Runtime.evaluate',
    params,
    CLAIM_TIMEOUT_MILLIS,
  );
  // The connection closes before the answer is sent.
  const answer = await asked.catch(() => ({ result: { value: true } }));
  return answer.result?.value === true;
}

/** Gives the claim up, and closes the inspector unless somebody else holds the process. Closing ends the session. */
export async function release(
  session: InspectorSession,
  { token, closeInspector }: { token: string; closeInspector: boolean },
): Promise<void> {
  const config: ReleaseConfig = { url: PROBE_URL, token, closeInspector };
  await session.send('Runtime.evaluate', evaluation(callOf(releaseSource, config)), RELEASE_TIMEOUT_MILLIS);
}

function evaluation(expression: string): object {
  return { expression, includeCommandLineAPI: true, silent: true };
}

function callOf(code: string, config: { url: string }): string {
  const load = "typeof require === 'function' ? require : undefined";
  return `${code}(${load}, ${JSON.stringify(config)})\n//# sourceURL=${config.url}`;
}
