// What `docker inspect` and `podman inspect` print of a container, in the words of a pod's status.
import { isObject, numberIn, objectIn, textIn } from './unknown-json.ts';

/** True for one entry of what `inspect` prints of containers. */
export const isContainerInspect = (json: unknown): boolean =>
  isObject(json) && isObject(json.State) && ('ExitCode' in json.State || 'OOMKilled' in json.State);

/** A pod with one container, of the kind Container; `name` stands for its own. */
export function podOfInspect(json: unknown, name = nameOf(json)): unknown {
  const { State: state, HostConfig: host, RestartCount: restarts } = objectIn(json);
  const isRunning = objectIn(state).Running === true;
  const wasKilled = objectIn(state).OOMKilled === true;
  const code = numberIn(state, 'ExitCode');
  const memory = numberIn(host, 'Memory') ?? 0;
  const error = textIn(state, 'Error');
  const terminated = {
    exitCode: code,
    reason: wasKilled ? 'OOMKilled' : error !== '' ? 'ContainerCannotRun' : undefined,
    message: error,
    startedAt: timeOf(state, 'StartedAt'),
    finishedAt: timeOf(state, 'FinishedAt'),
  };
  // A container that runs again tells of its last end only by the kill.
  const last = wasKilled ? { terminated: { ...terminated, exitCode: code || 137 } } : {};
  const container = {
    name,
    restartCount: typeof restarts === 'number' ? restarts : 0,
    state: isRunning ? { running: {} } : textIn(state, 'Status') === 'created' ? {} : { terminated },
    lastState: isRunning ? last : {},
  };
  const limits = memory > 0 ? { memory: String(memory) } : {};
  return {
    kind: 'Container',
    metadata: {},
    spec: { containers: [{ name, resources: { limits } }] },
    status: { containerStatuses: [container] },
  };
}

const nameOf = (json: unknown): string =>
  textIn(json, 'Name').replace(/^\//, '') || textIn(json, 'Id').slice(0, 12) || 'container';

/** Docker writes year 1 for what has not been. */
const timeOf = (state: unknown, key: string): string => {
  const time = textIn(state, key);
  return time.startsWith('0001') ? '' : time;
};
