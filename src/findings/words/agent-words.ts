// The words for outgoing requests that each have an Agent of their own. The fix is one Agent for all: keepAlive on each
// would only keep a socket open for each.
import type { Facts } from '../../analysis/facts.ts';
import type { OwnAgents } from '../../analysis/waiting/own-agents.ts';
import type { Evidence } from '../../model/finding.ts';
import type { Frame } from '../../model/frame.ts';
import { formatNumber } from '../../units/units.ts';
import { endpointOf } from './wire-words.ts';

/** Of requests that are made at this place, or to this endpoint. */
export function ownAgentsOf(
  { ownAgents }: Facts,
  { frame, endpoint = '' }: { frame: Frame | null; endpoint?: string },
): OwnAgents | null {
  const isThere = ({ blame: { subject }, label }: OwnAgents) =>
    (frame !== null && subject?.file === frame.file && subject.line === frame.line) ||
    (endpoint !== '' && label.includes(` ${endpoint}`));
  return ownAgents.find(isThere) ?? null;
}

export function agentEvidence(own: OwnAgents | null): Evidence[] {
  if (!own) return [];
  const statement = `${formatNumber(own.looked)} sampled requests to ${endpointOf(own.label)} used ${formatNumber(own.different)} different Agents`;
  return [{ source: 'requests', statement }];
}

export const SHARE_ONE_AGENT =
  'Create one Agent with keepAlive: true (and its ca or cert) when the program starts, and pass it to every request. Agents that are made for each request share no connections; keepAlive alone would make each of them keep its socket open.';
