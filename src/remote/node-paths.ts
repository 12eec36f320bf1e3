// Where images keep their Node.js, when it is not on the PATH that a command is given there.
import { basename } from 'node:path';

/** Distroless, the official images, Debian and its kin, Bitnami, OpenShift. */
const USUAL = [
  'node',
  '/usr/local/bin/node',
  '/nodejs/bin/node',
  '/usr/bin/node',
  '/usr/bin/nodejs',
  '/opt/bitnami/node/bin/node',
];

/** What the container itself is started with comes first, when that names a Node.js. */
export function likelyNodes(command: readonly string[]): string[] {
  const [program = ''] = command;
  const own = /^node(js)?$/.test(basename(program)) ? [program] : [];
  return [...new Set([...own, ...USUAL])];
}
