// What `aws ecs describe-tasks` prints, as pods: each task with its containers and why they stopped.
import { isObject, listIn, numberIn, objectIn, textIn } from '../../model/decode/unknown-json.ts';

export const isEcsTasks = (json: unknown): boolean =>
  listIn(json, 'tasks').some((task) => isObject(task) && 'taskArn' in task && 'containers' in task);

export function podsOfEcsTasks(json: unknown): unknown[] {
  return listIn(json, 'tasks')
    .slice(0, 200)
    .map((task) => ({
      kind: 'Pod',
      metadata: { name: textIn(task, 'taskArn').split('/').at(-1) ?? '' },
      spec: {
        containers: listIn(task, 'containers').map((container) => ({
          name: textIn(container, 'name'),
          resources: { limits: limitsOf(container, task) },
        })),
      },
      status: { containerStatuses: listIn(task, 'containers').map((container) => statusOf(container, task)) },
    }));
}

/** MB, of the container or of the whole task. */
function limitsOf(container: unknown, task: unknown): { memory?: string } {
  const megabytes = numberIn(container, 'memory') ?? numberIn(task, 'memory');
  return megabytes === null ? {} : { memory: `${megabytes}Mi` };
}

function statusOf(container: unknown, task: unknown): unknown {
  const stopped = textIn(task, 'stoppedReason');
  const reason = textIn(container, 'reason');
  const isRunning = textIn(container, 'lastStatus') === 'RUNNING';
  const cannotStart = /CannotPull|CannotStart|CannotCreate|ResourceInitialization/.test(
    `${reason} ${stopped}`,
  );
  return {
    name: textIn(container, 'name'),
    restartCount: numberIn(objectIn(container), 'restartCount') ?? 0,
    state: isRunning
      ? { running: {} }
      : {
          terminated: {
            exitCode: numberIn(container, 'exitCode'),
            reason: /OutOfMemory/.test(reason) ? 'OOMKilled' : cannotStart ? 'ContainerCannotRun' : undefined,
            message: reason || stopped,
            finishedAt: textIn(task, 'stoppedAt'),
          },
        },
  };
}
