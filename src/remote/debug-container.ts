// The other way into a pod: an ephemeral container with a Node.js of its own, in the process namespace of the target's, for
// images that have none. It stays listed in the pod until the pod goes.
import { NEWEST_LTS } from '../model/node-releases.ts';
import { kubectlWords, type Place } from './transport.ts';

/** Small, and has every Node.js that a recorder needs. */
export const DEBUG_IMAGE = `node:${NEWEST_LTS}-slim`;

/**
 * The command that runs `command` in a container beside the target's. The profile gives the right to look at processes of other
 * users (SYS_PTRACE), which their files in /proc ask for.
 */
export function debugCommand(place: Place, image: string, command: readonly string[]): string[] {
  return [
    ...kubectlWords(place),
    'debug',
    '-i',
    '--quiet',
    `pod/${place.name}`,
    `--image=${image}`,
    `--target=${place.container ?? ''}`,
    '--profile=general',
    '--',
    ...command,
  ];
}
