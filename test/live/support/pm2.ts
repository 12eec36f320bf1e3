// PM2 from npm, installed once into a folder that outlives the test run, with a daemon of its own for each test.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CACHE = process.env.CULPRIT_PM2_CACHE ?? join(homedir(), '.cache/culprit-pm2');
const PACKAGE = 'pm2@7.0.4';
const PROGRAM = join(CACHE, 'node_modules/pm2/bin/pm2');
const run = promisify(execFile);

/** Resolves with null, or with the reason why there is nothing to test with. */
export async function installPm2(): Promise<string | null> {
  if (existsSync(PROGRAM)) return null;
  mkdirSync(CACHE, { recursive: true });
  const args = ['install', '--prefix', CACHE, '--ignore-scripts', '--no-audit', '--no-fund', PACKAGE];
  try {
    await run('npm', args, { cwd: CACHE, timeout: 120_000 });
  } catch (error) {
    return `PM2 could not be installed into ${CACHE}: ${String((error as Error).message).split('\n')[0]}`;
  }
  return existsSync(PROGRAM) ? null : 'npm did not install PM2';
}

export interface Pm2App {
  name: string;
  code: string;
  /** More of what its configuration file says of an app, as `instances`. */
  settings?: Readonly<Record<string, unknown>>;
}

export interface Pm2Process {
  name: string;
  pid: number;
  /** Which of an app's instances, from 0. */
  instance: number;
}

export interface Pm2 {
  processes(): Promise<Pm2Process[]>;
  /** Ends the apps and the daemon. */
  end(): Promise<void>;
}

interface Listed {
  name: string;
  pid: number;
  pm2_env: { NODE_APP_INSTANCE: number };
}

/** A daemon with these apps, in fork mode unless they say otherwise; each has begun when this resolves. */
export async function startPm2(apps: readonly Pm2App[], nodeOptions = ''): Promise<Pm2> {
  const home = mkdtempSync(join(tmpdir(), 'culprit-pm2-'));
  const env = { ...process.env, PM2_HOME: home, NODE_OPTIONS: nodeOptions };
  const pm2 = (...args: string[]) => run(process.execPath, [PROGRAM, ...args], { env, timeout: 60_000 });
  const processes = async () => {
    const { stdout } = await pm2('jlist');
    const list = JSON.parse(stdout.slice(stdout.lastIndexOf('\n[') + 1)) as Listed[];
    return list.map(({ name, pid, pm2_env: own }) => ({ name, pid, instance: own.NODE_APP_INSTANCE }));
  };
  const end = async () => {
    await pm2('kill');
    rmSync(home, { recursive: true, force: true });
  };
  const described = apps.map(({ name, code, settings }) => {
    const script = join(home, `${name}.js`);
    writeFileSync(script, code);
    return { name, script, ...settings };
  });
  const config = join(home, 'apps.config.js');
  writeFileSync(config, `module.exports = ${JSON.stringify({ apps: described })};`);
  try {
    await pm2('start', config);
  } catch (error) {
    await end();
    throw error;
  }
  return { processes, end };
}
