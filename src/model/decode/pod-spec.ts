// The parsed YAML or JSON of `kubectl get pod -o yaml`, or of what makes pods (Deployment, StatefulSet, Job, a List of
// them), to one container of it. Trusts nothing; values of environment variables are never taken.

import { parseQuantity } from '../../units/quantity.ts';
import { GRACE_PERIOD_SECONDS, type PodContainer, type PodProbe } from '../settings/pod.ts';
import { isObject, objectIn } from './unknown-json.ts';

/** A sentence that says what is missing, for the caller to wrap into an error with a cure. */
export class NotAPod extends Error {}

type Fields = Record<string, unknown>;

const MAX_ITEMS = 1_000;
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, MAX_ITEMS) : []);
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.slice(0, 300) : undefined;
const wordsOf = (value: unknown): string[] => listOf(value).map((word) => String(word).slice(0, 500));

/**
 * `documents` are the parsed documents of one file. Without `containerName` a pod of one container gives that one.
 * Throws NotAPod when there is no pod in it, or no such container, or several to choose from.
 */
export function decodePodSpec(documents: readonly unknown[], containerName?: string): PodContainer {
  const pods = documents.flatMap(podsOf);
  if (pods.length === 0) throw new NotAPod('it holds neither a Pod nor anything with a pod template');
  const all = pods.flatMap(({ owner, spec }) =>
    listOf(spec.containers).map((container) => ({ owner, spec, container: objectIn(container) })),
  );
  const named = all.filter(
    ({ container }) => containerName === undefined || container.name === containerName,
  );
  const names = all.map(({ owner, container }) => `${owner}: ${textOf(container.name) ?? '?'}`).join(', ');
  if (named.length === 0)
    throw new NotAPod(
      containerName === undefined
        ? 'its pod has no containers'
        : `it has no container "${containerName}"; it has ${names.slice(0, 500)}`,
    );
  if (named.length > 1) throw new NotAPod(`it has several containers: ${names.slice(0, 500)}`);
  const { owner, spec, container } = named[0]!;
  return decodeContainer(owner, spec, container);
}

/** A List holds others; a CronJob holds a Job that holds a template. */
function podsOf(document: unknown): { owner: string; spec: Fields }[] {
  const { kind, items, spec, metadata } = objectIn(document);
  if (Array.isArray(items)) return items.slice(0, MAX_ITEMS).flatMap(podsOf);
  const owner = `${textOf(kind) ?? 'Pod'} ${textOf(objectIn(metadata).name) ?? '?'}`;
  const inner = objectIn(spec);
  const job = objectIn(objectIn(inner.jobTemplate).spec);
  for (const candidate of [
    inner,
    objectIn(objectIn(inner.template).spec),
    objectIn(objectIn(job.template).spec),
  ])
    if (Array.isArray(candidate.containers)) return [{ owner, spec: candidate }];
  return [];
}

function decodeContainer(owner: string, spec: Fields, container: Fields): PodContainer {
  const resources = objectIn(container.resources);
  const [limits, requests] = [objectIn(resources.limits), objectIn(resources.requests)];
  const security = [objectIn(container.securityContext), objectIn(spec.securityContext)];
  const user = security.map(({ runAsUser }) => runAsUser).find((id) => typeof id === 'number');
  return {
    owner,
    name: textOf(container.name) ?? '?',
    command: [...wordsOf(container.command), ...wordsOf(container.args)].slice(0, 50),
    hasCommand: listOf(container.command).length > 0,
    gracePeriodSeconds: amountOf(spec.terminationGracePeriodSeconds) ?? GRACE_PERIOD_SECONDS,
    hasPreStop: isObject(objectIn(container.lifecycle).preStop),
    liveness: decodeProbe(container.livenessProbe),
    readiness: decodeProbe(container.readinessProbe),
    startup: decodeProbe(container.startupProbe),
    memoryLimitBytes: parseQuantity(limits.memory),
    memoryRequestBytes: parseQuantity(requests.memory),
    cpuLimitCores: parseQuantity(limits.cpu),
    ports: listOf(container.ports)
      .slice(0, 100)
      .flatMap((port) => amountOf(objectIn(port).containerPort) ?? []),
    nodeOptions: nodeOptionsOf(container),
    sharesProcesses: spec.shareProcessNamespace === true || spec.hostPID === true,
    runsAsNonRoot:
      security.some(({ runAsNonRoot }) => runAsNonRoot === true) || (user !== undefined && user !== 0),
  };
}

/** Of all that `env` holds, this alone: the rest may be secrets. */
function nodeOptionsOf({ env, envFrom }: Fields): string | null | undefined {
  const given = listOf(env)
    .map(objectIn)
    .findLast(({ name }) => name === 'NODE_OPTIONS');
  if (given) return textOf(given.value)?.slice(0, 1_000) ?? null;
  return listOf(envFrom).length > 0 ? null : undefined;
}

const amountOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

/** With the defaults of Kubernetes for what it does not set; undefined for what is no object. */
export function decodeProbe(value: unknown): PodProbe | undefined {
  if (!isObject(value)) return undefined;
  return {
    asks: describeQuestion(value),
    timeoutSeconds: amountOf(value.timeoutSeconds) ?? 1,
    periodSeconds: amountOf(value.periodSeconds) ?? 10,
    failureThreshold: amountOf(value.failureThreshold) ?? 3,
    initialDelaySeconds: amountOf(value.initialDelaySeconds) ?? 0,
  };
}

function describeQuestion({ httpGet, tcpSocket, grpc, exec }: Fields): string {
  if (isObject(httpGet))
    return `GET :${String(httpGet.port ?? '?')}${textOf(httpGet.path) ?? '/'}`.slice(0, 200);
  if (isObject(tcpSocket)) return `tcp :${String(tcpSocket.port ?? '?')}`.slice(0, 200);
  if (isObject(grpc)) return `grpc :${String(grpc.port ?? '?')}`.slice(0, 200);
  return `exec ${wordsOf(objectIn(exec).command).join(' ')}`.slice(0, 200);
}
