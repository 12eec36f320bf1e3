// A pod, container or host, found by the options that name it: for all commands that work on pods.
import { UsageError } from '../errors.ts';
import { type FoundPod, findPod } from '../remote/find-pod.ts';
import type { ReachOptions } from '../remote/reach.ts';
import { quote } from '../remote/shell-quote.ts';
import { type Place, parseVia } from '../remote/transport.ts';
import type { PlaceOptions } from './options/place-options.ts';

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
    `-n, -c and --context are options of kubectl; "${given}" does not apply to ${via}.`,
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
