// The options that name a pod, container or host, and the sub-command "k8s" of the commands that capture a process here or
// there.

import { type Command, Option } from 'commander';
import { DEFAULTS } from '../../defaults.ts';
import { DEBUG_IMAGE } from '../../remote/debug-container.ts';
import type { QuietOption } from './report-options.ts';

export interface PlaceOptions extends QuietOption {
  namespace?: string;
  container?: string;
  context?: string;
  via: string;
  node?: string;
  debugImage?: string | false;
  debug?: boolean;
}

/** Of the argument that names a place. */
export const PLACE_WORDS = 'a pod, deployment/NAME, a container or a host';

/** `runsThere`: for commands that run something there, also how. */
function placeOptions(runsThere: boolean): Option[] {
  const where = [
    new Option('-n, --namespace <name>', 'the namespace (default: that of the kubectl context)'),
    new Option('-c, --container <name>', 'the container, if the pod has several'),
    new Option('--context <name>', 'the kubectl context'),
    new Option('--via <program>', 'also podman, docker, ssh').default('kubectl'),
  ];
  if (!runsThere) return where;
  return [
    ...where,
    new Option('--node <path>', 'the Node.js to use there (default: search for it)'),
    new Option('--debug-image <image>', "the debug container's image").default(DEBUG_IMAGE),
    new Option('--debug', 'start a debug container right away; it runs as root'),
    new Option('--no-debug-image', 'never start one, even if the target has no Node.js'),
  ];
}

export function withPlaceOptions(command: Command, runsThere = true): Command {
  for (const option of placeOptions(runsThere)) command.addOption(option);
  return command;
}

export interface WhichOption {
  /** Which process there. */
  target: string;
}

export function withWhich(command: Command): Command {
  return command.option('--target <word>', 'a pid, :port or part of its command', DEFAULTS.remote.target);
}

/**
 * The sub-command `k8s` of `command`, with the options of a place. They may also stand before the word "k8s", so `command`
 * takes them, too, without a line in its help. `optsWithGlobals()` of the sub-command has the options of both.
 */
export function addPodCommand(command: Command, runsThere = true): Command {
  const known = new Set(command.options.map(({ long }) => long));
  for (const option of placeOptions(runsThere))
    if (!known.has(option.long)) command.addOption(option.hideHelp());
  // "help" as an argument may be the name of a file.
  command.helpCommand(false);
  return withPlaceOptions(command.command('k8s').argument('<pod>', PLACE_WORDS), runsThere);
}
