// The ways into one pod, container or host, tried in turn: each Node.js that an image may have, then, in a pod, a debug
// container beside the target's.
import { AttachError, CulpritError, UsageError } from '../errors.ts';
import { recorderCommand } from './bootstrap.ts';
import { debugCommand } from './debug-container.ts';
import { likelyNodes } from './node-paths.ts';
import { readRecorder, recorderPath } from './recorder-file.ts';
import { ProgramMissing, type RemoteOptions } from './remote-recorder.ts';
import { quote } from './shell-quote.ts';
import { execCommand, type Place } from './transport.ts';

export interface ReachOptions extends Omit<RemoteOptions, 'wrap' | 'node' | 'name'> {
  place: Place;
  /** What the container is started with, where that is known. */
  command: readonly string[];
  /** A Node.js that was named: no other is tried. */
  node?: string;
  /** For pods: the image of the container beside the target's; undefined: none is made. */
  debugImage?: string;
  /** Looks from there at once, whatever the image has. */
  isDebugged?: boolean;
  /** Hears of each command before it is run. */
  onCommand?: (words: string[]) => void;
}

/** As people call it: "pod shop-7d9f (container app)". */
export function nameOf({ transport, name, namespace, container }: Place): string {
  if (transport.engine === 'ssh') return `host ${name}`;
  if (transport.engine !== 'kubectl') return `container ${name}`;
  const details = [container && `container ${container}`, namespace && `namespace ${namespace}`].filter(
    Boolean,
  );
  return `pod ${name}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
}

/** Runs `run` by the first way that has a Node.js. Throws as it does; by no way: AttachError with what else can be done. */
export async function reach<T>(options: ReachOptions, run: (way: RemoteOptions) => Promise<T>): Promise<T> {
  const { place, onCommand, debugImage, args, signal } = options;
  const name = nameOf(place);
  const attempt = (wrap: RemoteOptions['wrap'], node: string) => {
    onCommand?.(wrap([node, '...']));
    return run({ args, signal, name, wrap, node });
  };
  for (const node of options.isDebugged ? [] : nodesFor(options)) {
    try {
      return await attempt((command) => execCommand(place, command), node);
    } catch (error) {
      if (!(error instanceof ProgramMissing)) throw withCureOfPods(error, place);
    }
  }
  const mayDebug = place.transport.engine === 'kubectl' && debugImage !== undefined && !signal.aborted;
  if (mayDebug && options.node === undefined)
    return attempt((command) => debugCommand(place, debugImage, command), 'node');
  throw new AttachError(
    `No Node.js was found in ${name}.`,
    'Give its path with --node /path/to/node. If Node.js is built into the program, run culprit diagnose <pid> on the machine that hosts it.',
  );
}

/** The usual cures speak of the machine one sits at: `culprit ps`, another user, a pid. */
function withCureOfPods(error: unknown, place: Place): unknown {
  if (!(error instanceof CulpritError)) return error;
  const { engine, words } = place.transport;
  const list = execCommand(place, ['node', '-', 'ps']).map(quote).join(' ');
  if (error instanceof UsageError && error.message.startsWith('Several processes'))
    return new UsageError(error.message, 'Choose one by its pid: --target PID.');
  if (error.hint?.includes('`culprit ps`'))
    return new (error.constructor as typeof UsageError)(
      error.message,
      `See the Node.js processes there: ${list} < ${quote(recorderPath())}`,
    );
  if (!error.message.includes('belongs to another user')) return error;
  const cure =
    engine === 'kubectl'
      ? 'kubectl exec runs as the user of the image. Use --debug to start a debug container that runs as root.'
      : `Start the recorder by hand as that user, or as root: ${words.join(' ')} exec --user 0 -i ... (--dry-run prints the rest).`;
  return new AttachError(error.message, cure);
}

function nodesFor({ node, command }: Pick<ReachOptions, 'node' | 'command'>): string[] {
  return node === undefined ? likelyNodes(command) : [node];
}

/** What would be run, and the same by hand, as lines for a shell. */
export function describeCommands(
  options: Pick<ReachOptions, 'place' | 'command' | 'node' | 'args'>,
): string[] {
  const { place, args } = options;
  const [first = 'node'] = nodesFor(options);
  const shown = (words: readonly string[]) => words.map(quote).join(' ');
  const byHand = shown(execCommand(place, [first, '-', ...args]));
  return [
    '# The recorder is sent through standard input, the recording comes back through standard output:',
    shown(execCommand(place, recorderCommand(first, readRecorder().length, args))),
    '# The same by hand:',
    `${byHand} < ${quote(recorderPath())} > recording.tgz`,
    'culprit analyze recording.tgz',
  ];
}
