// The log of a container, and what its engine knows about how it ended: for triage. Logs are passed on as they are, of any
// size.
import { spawn } from 'node:child_process';
import { PassThrough, type Readable } from 'node:stream';
import { AttachError } from '../errors.ts';
import { explainLink } from './link-errors.ts';
import { ask, notStarted } from './run.ts';
import { kubectlWords, type Place } from './transport.ts';

/** What is known of a container's runs. */
export interface Runs {
  isRunning: boolean;
  restarts: number;
}

/**
 * All that it printed, the run before first: a container that runs again has its crash there. One that waits to be started again
 * shows its last run under either name. Fails with AttachError when the engine refuses.
 */
export async function* readLog(place: Place, { isRunning, restarts }: Runs): AsyncGenerator<Uint8Array> {
  if (place.transport.engine !== 'kubectl') {
    yield* output([...place.transport.words, 'logs', place.name], place);
    return;
  }
  const words = [...kubectlWords(place), 'logs', place.name, '-c', place.container ?? '', '--timestamps'];
  if (isRunning && restarts > 0)
    yield* output([...words, '--previous'], place, /previous terminated container/);
  yield* output(words, place, /is waiting to start|ContainerCreating/);
}

/** `nothing`: words of a refusal that only mean that there is no log. */
function output(words: string[], place: Place, nothing?: RegExp): Readable {
  const [program = '', ...args] = words;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = new PassThrough();
  let stderr = '';
  child.stdout.pipe(log, { end: false });
  // Engines keep the program's two streams apart, and a crash is told on the second.
  if (place.transport.engine !== 'kubectl') child.stderr.pipe(log, { end: false });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-8_192);
  });
  child.once('error', (error: NodeJS.ErrnoException) => log.destroy(notStarted(program, error)));
  child.once('close', (code) => {
    if (code === 0 || nothing?.test(stderr)) log.end();
    else log.destroy(explainLink(program, stderr, place.name));
  });
  return log;
}

/** Events of a pod, as kubectl gives them; undefined where they may not be read. */
export async function readEvents(place: Place): Promise<unknown> {
  const selector = `involvedObject.name=${place.name}`;
  const { code, stdout } = await ask([
    ...kubectlWords(place),
    ...['get', 'events', '--field-selector', selector, '-o', 'json'],
  ]);
  return code === 0 ? parseJson(stdout) : undefined;
}

/** How the container of an engine ended, in the words of a pod's status: podman and docker say it alike. */
export async function readEngineStatus(place: Place): Promise<{ status: unknown; runs: Runs }> {
  const { code, stdout, stderr } = await ask([...place.transport.words, 'inspect', place.name]);
  if (code !== 0) throw explainLink(place.transport.engine, stderr, `container ${place.name}`);
  const [first] = (parseJson(stdout) ?? []) as { State?: Record<string, unknown>; RestartCount?: unknown }[];
  const { State: state = {}, RestartCount: restartCount } = first ?? {};
  const isRunning = state.Running === true;
  const restarts = typeof restartCount === 'number' ? restartCount : 0;
  const terminated = {
    exitCode: state.ExitCode,
    reason: state.OOMKilled === true ? 'OOMKilled' : undefined,
    finishedAt: state.FinishedAt,
  };
  const container = {
    name: place.name,
    restartCount: restarts,
    state: isRunning ? { running: {} } : { terminated },
  };
  const status = { kind: 'Pod', metadata: { name: place.name }, status: { containerStatuses: [container] } };
  return { status, runs: { isRunning, restarts } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AttachError('The container engine did not answer with JSON.', 'Try the same command by hand.');
  }
}
