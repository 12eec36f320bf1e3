// The options that name a place over a link, and what is found by them: shared by all commands that look into pods.
import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { DEBUG_IMAGE } from '../remote/debug-container.ts';
import { type FoundPod, findPod } from '../remote/find-pod.ts';
import type { ReachOptions } from '../remote/reach.ts';
import { quote } from '../remote/shell-quote.ts';
import { type Place, parseVia } from '../remote/transport.ts';

export interface PlaceOptions {
  namespace?: string;
  container?: string;
  context?: string;
  via: string;
  node?: string;
  debugImage?: string | false;
  debug?: boolean;
  quiet?: boolean;
}

/** Where it is; for commands that run something there also how. */
export function withPlaceOptions(command: Command, runsThere = true): Command {
  command
    .option('-n, --namespace <name>', 'the namespace (default: that of the kubectl context)')
    .option('-c, --container <name>', 'the container, where the pod has several')
    .option('--context <name>', 'the kubectl context')
    .option(
      '--via <program>',
      'kubectl, podman, docker or ssh, with its own words: "sudo podman"',
      'kubectl',
    );
  if (!runsThere) return command;
  return command
    .option('--node <path>', 'the Node.js there that runs the recorder (default: it is looked for)')
    .option('--debug-image <image>', 'for images without Node.js: what `kubectl debug` starts', DEBUG_IMAGE)
    .option('--debug', 'look from such a container at once: it comes as root')
    .option('--no-debug-image', 'start no container beside the target, whatever its image lacks');
}

export interface FoundPlace {
  place: Place;
  /** What the container is started with, where that is known. */
  command: string[];
  /** Only through kubectl. */
  pod?: FoundPod;
}

/** As it was typed, without asking anybody. */
export const placeAsTyped = (name: string, options: PlaceOptions): Place => ({
  ...{ namespace: options.namespace, container: options.container, context: options.context },
  transport: parseVia(options.via),
  name,
});

/** Throws UsageError or AttachError with what kubectl said. `mayHaveEnded`: it need not run. */
export async function findPlace(
  name: string,
  options: PlaceOptions,
  mayHaveEnded = false,
): Promise<FoundPlace> {
  const place = placeAsTyped(name, options);
  refuseWordsOfPods(options, place);
  if (place.transport.engine !== 'kubectl') return { place, command: [] };
  const pod = await findPod({ ...place, mayHaveEnded });
  return { place: pod.place, command: pod.container.command, pod };
}

/** Said for a pod, and meant: another container must not be looked at instead. */
function refuseWordsOfPods({ namespace, container, context, via }: PlaceOptions, { transport }: Place): void {
  const given = namespace ?? container ?? context;
  if (transport.engine === 'kubectl' || given === undefined) return;
  throw new UsageError(
    `-n, -c and --context are words for kubectl; "${given}" means nothing to ${via}.`,
    'Give the name of the container alone.',
  );
}

/** Commands are shown before they are run, where a person watches. */
export function reachOptions(
  { place, command }: FoundPlace,
  { node, debugImage, debug, quiet }: PlaceOptions,
): Pick<ReachOptions, 'place' | 'command' | 'node' | 'debugImage' | 'isDebugged' | 'onCommand'> {
  return {
    place,
    command,
    node,
    isDebugged: debug,
    debugImage: debugImage === false ? undefined : debugImage,
    onCommand: (words) => {
      if (!quiet && process.stderr.isTTY) process.stderr.write(`${words.map(quote).join(' ')}\n`);
    },
  };
}
