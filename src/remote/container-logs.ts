// What a container printed, and what its engine knows of how it ended: for triage. Logs come as they are, of any size.
import { spawn } from 'node:child_process';
import { PassThrough, type Readable } from 'node:stream';
import { AttachError } from '../errors.ts';
import { explainLink } from './link-errors.ts';
import { ask, notStarted } from './run.ts';
import { kubectlWords, type Place } from './transport.ts';

export interface ContainerLog {
  /** "previous run" or "this run". */
  name: string;
  /** Ends when all is read; fails with AttachError when the engine refuses. */
  stream: Readable;
}

/** The run before first: a container that was started again has its crash there. */
export function openLogs(place: Place): ContainerLog[] {
  if (place.transport.engine !== 'kubectl')
    return [{ name: 'this run', stream: output([...place.transport.words, 'logs', place.name], place) }];
  const words = [...kubectlWords(place), 'logs', place.name, '-c', place.container ?? '', '--timestamps'];
  return [
    {
      name: 'previous run',
      stream: output([...words, '--previous'], place, /previous terminated container/),
    },
    { name: 'this run', stream: output(words, place, /is waiting to start|ContainerCreating/) },
  ];
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

/** How the container of an engine ended: podman and docker say it alike. */
export async function readEngineState(place: Place): Promise<EngineState> {
  const { code, stdout, stderr } = await ask([...place.transport.words, 'inspect', place.name]);
  if (code !== 0)
    throw explainLink(place.transport.engine, stderr, `${place.transport.engine} container ${place.name}`);
  const [first] = (parseJson(stdout) ?? []) as { State?: Record<string, unknown> }[];
  const { State: state = {} } = first ?? {};
  return {
    isRunning: state.Running === true,
    exitCode: typeof state.ExitCode === 'number' ? state.ExitCode : undefined,
    isOomKilled: state.OOMKilled === true,
  };
}

export interface EngineState {
  isRunning: boolean;
  exitCode: number | undefined;
  isOomKilled: boolean;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AttachError('What the engine answered is not JSON.', 'Try the same command by hand.');
  }
}
