// Kubernetes events about a pod: failed probes, kills, evictions.
import { decodeProbe } from '../../model/decode/pod-spec.ts';
import { listIn, numberIn, objectIn, textIn } from '../../model/decode/unknown-json.ts';

export interface PodEvent {
  reason: string;
  message: string;
  pod: string;
  /** "" when the event does not say it. */
  container: string;
  count: number;
}

export interface ProbeKill {
  statement: string;
  lines: string[];
}

/** Takes what `kubectl get events -o json` prints; [] when it is nothing of the sort. */
export function readEvents(events: unknown): PodEvent[] {
  const items = Array.isArray(events) ? events : listIn(events, 'items');
  return items.slice(0, 5_000).map((event) => {
    const about = objectIn(event).involvedObject ?? objectIn(event).regarding;
    return {
      reason: textIn(event, 'reason'),
      message: (textIn(event, 'message') || textIn(event, 'note')).slice(0, 500),
      pod: textIn(about, 'name'),
      container: /\{([^}]+)\}/.exec(textIn(about, 'fieldPath'))?.[1] ?? '',
      count: numberIn(event, 'count') ?? 1,
    };
  });
}

/** The probe that had the container killed, with its settings; null when none did. */
export function killedByProbe(events: readonly PodEvent[], spec: unknown): ProbeKill | null {
  const kill = events.find(
    ({ reason, message }) => reason === 'Killing' && /failed (liveness|startup) probe/i.test(message),
  );
  const kind = (kill && /failed (liveness|startup) probe/i.exec(kill.message)?.[1]?.toLowerCase()) ?? null;
  if (!kill || kind === null) return null;
  const failures = events.filter(
    ({ reason, message }) => reason === 'Unhealthy' && message.toLowerCase().startsWith(kind),
  );
  const count = failures.reduce((sum, event) => sum + event.count, 0);
  const how = failures[0]?.message.replace(/^\w+ probe \w+:? ?/i, '') ?? '';
  const failed = count === 0 ? '' : `; it failed ${count} times: ${how.slice(0, 200)}`;
  return {
    statement: `its ${kind} probe failed, so Kubernetes killed it (${describeProbe(objectIn(spec)[`${kind}Probe`])})${failed}`,
    lines: [...failures, kill].slice(0, 6).map(({ reason, message }) => `${reason}: ${message}`),
  };
}

/** "every 10 s, timeout 1 s, 3 failures"; Kubernetes' own values where none are set. */
function describeProbe(setting: unknown): string {
  const probe = decodeProbe(objectIn(setting));
  return probe
    ? `every ${probe.periodSeconds} s, timeout ${probe.timeoutSeconds} s, ${probe.failureThreshold} failures, first after ${probe.initialDelaySeconds} s`
    : '';
}
