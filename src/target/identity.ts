// What is behind an inspector: which runtime, asked before anything is evaluated, and then which process.
import { AttachError } from '../errors.ts';
import { readInspectorProduct } from './inspector/inspector-address.ts';
import type { InspectorSession } from './inspector/inspector-session.ts';
import { sayOtherRuntime } from './program/runtime.ts';

export interface TargetIdentity {
  pid: number;
  nodeVersion: string;
  /** With Node's own flags. */
  argv: string[];
  uptimeSeconds: number;
  cwd: string;
}

/**
 * Before anything is evaluated there. Throws AttachError for what is not Node.js; one that does not say what it is shows by its globals.
 */
export async function refuseOtherRuntimes(host: string, port: number): Promise<void> {
  // A tunnel may pass the socket on and nothing else.
  const product = await readInspectorProduct(host, port).catch(() => undefined);
  if (product === undefined || /^node\.js\//i.test(product)) return;
  throw notNode(`The process at ${host}:${port}`, product);
}

function notNode(what: string, product: string): AttachError {
  const [, other] = /^(Deno|Bun)\b/.exec(product) ?? [];
  if (other === 'Deno' || other === 'Bun') {
    const { reason, cure } = sayOtherRuntime(other);
    return new AttachError(`${what} cannot be attached to: ${reason}.`, cure);
  }
  return new AttachError(
    `${what} is ${product.slice(0, MAX_PRODUCT)}, not Node.js. culprit did not attach.`,
    'culprit supports Node.js 16 to 26. A CPU profile or heap snapshot that its own tools save can be read with `culprit analyze` or `culprit heap`.',
  );
}

const MAX_PRODUCT = 60;

/** `runtime`: of one that only calls itself Node.js. */
const IDENTITY_EXPRESSION =
  '({ runtime: typeof Deno === "object" ? "Deno" : typeof Bun === "object" ? "Bun" : undefined, pid: process.pid, nodeVersion: process.version, argv: [process.argv0, ...process.execArgv, ...process.argv.slice(1)].map((word) => String(word).slice(0, 500)).slice(0, 50), uptimeSeconds: process.uptime(), cwd: process.cwd() })';

/** Throws AttachError where it is no Node.js process. */
export async function readIdentity(session: InspectorSession): Promise<TargetIdentity> {
  const answer = await session.send<{ result?: { value?: TargetIdentity & { runtime?: string } } } | null>(
    'Runtime.evaluate',
    { expression: IDENTITY_EXPRESSION, returnByValue: true, silent: true },
    8_000,
  );
  const identity = answer?.result?.value;
  if (identity?.runtime) throw notNode('The process behind the inspector', identity.runtime);
  if (typeof identity?.pid !== 'number' || !Array.isArray(identity.argv)) {
    throw new AttachError(
      'The inspector does not belong to a Node.js process.',
      'Give the pid of a Node.js process.',
    );
  }
  return identity;
}
