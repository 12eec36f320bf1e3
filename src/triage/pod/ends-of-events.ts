// What Kubernetes' events say about ends where no status of the pod is given.
import type { EndEvent } from '../ends/ending.ts';
import { readNotice } from '../events/notices.ts';
import type { ContainerEnd } from './container-end.ts';
import { killedByProbe, type PodEvent } from './pod-events.ts';

type ToldEvent = Extract<EndEvent, { kind: 'told' }>;

const told = (label: ToldEvent['label'], statement: string, message: string): ToldEvent => ({
  kind: 'told',
  label,
  statement,
  teller: 'events',
  lines: [message],
});

/** Reasons of events that tell of an end by themselves. */
const REASONS: Record<string, (event: PodEvent) => EndEvent | null> = {
  Evicted: ({ message }) => told('evicted', `the pod was evicted: ${message}`, message),
  Preempted: ({ message }) => told('evicted', `the pod was preempted: ${message}`, message),
  TaintManagerEviction: ({ message }) => told('evicted', `the pod was evicted: ${message}`, message),
  DeadlineExceeded: ({ message }) =>
    told('timeout', 'the job ran longer than its activeDeadlineSeconds allows', message),
  OOMKilling: ({ message }) => readNotice(message)[0] ?? null,
  SystemOOM: ({ message }) =>
    /victim process: (?:node|npm|MainThread|next|tsx|bun|deno)/.test(message)
      ? told(
          'out-of-memory',
          "the kernel's OOM killer ended it: the node of the cluster had no memory left",
          message,
        )
      : null,
  BackOff: ({ message }) =>
    /restarting failed container/.test(message)
      ? {
          ...told('restart-loop', 'Kubernetes keeps restarting the container', message),
          weight: 'echo',
        }
      : /pulling image/.test(message)
        ? told('startup-failure', `the image cannot be pulled: ${message}`, message)
        : null,
  Failed: ({ message }) => told('startup-failure', `the container cannot start: ${message}`, message),
};

/** One end for each pod and container that the events tell of. */
export function endsOfEvents(events: readonly PodEvent[]): ContainerEnd[] {
  const groups = new Map<string, PodEvent[]>();
  for (const event of events) {
    const key = event.pod;
    groups.set(key, [...(groups.get(key) ?? []), event].slice(-200));
  }
  return [...groups.entries()].flatMap(([pod, own]) => {
    const probe = killedByProbe(own, {});
    const found = own
      .map((event) => REASONS[event.reason]?.(event) ?? null)
      .filter((event) => event !== null);
    const ends: EndEvent[] = probe
      ? [{ kind: 'told', label: 'killed-by-probe', ...probe, teller: 'events' }, ...found]
      : found;
    return ends.length === 0 ? [] : [endOf(pod, own, ends)];
  });
}

function endOf(pod: string, own: readonly PodEvent[], events: EndEvent[]): ContainerEnd {
  return {
    pod,
    container: own.find(({ container }) => container !== '')?.container ?? '',
    events,
    isRunning: false,
    isInit: false,
    restarts: 0,
    memoryLimitBytes: null,
    startedAt: '',
    finishedAt: '',
  };
}
