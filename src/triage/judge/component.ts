// Which part of a system an error points to: hints from codes, ports, names and the packages in its stack.

import type { Crash } from '../../model/crash.ts';
import { packageOf } from '../../model/owner/package-in-path.ts';
import { type CrashError, chainOf } from '../ends/crash-error.ts';
import { schemeOf, wordsLike } from './patterns.ts';
import { SYSTEMS } from './systems.ts';

type Hint = NonNullable<Crash['component']>;

const KNOWN = SYSTEMS.map(({ component, packages = [], errors = [], ports = [], schemes = [] }) => ({
  component,
  packages: wordsLike(packages),
  errors: wordsLike(errors),
  ports,
  schemes: schemeOf(schemes),
}));

const FILE_CODES = wordsLike([
  'ENOENT',
  'EMFILE',
  'ENFILE',
  'ENOSPC',
  'EROFS',
  'EISDIR',
  'ENOTDIR',
  'EEXIST',
  'ENOTEMPTY',
  'EXDEV',
  'ELOOP',
  'EDQUOT',
  'EIO',
  'EBUSY',
]);
const NETWORK_CODES = wordsLike([
  'ECONN*',
  'EADDR*',
  'EHOST*',
  'ENET*',
  'ENOTFOUND*',
  'EAI_*',
  'ETIMEDOUT*',
  'EPIPE*',
  'EPROTO*',
  'UND_ERR*',
  'ERR_TLS*',
  'ERR_SSL*',
  'ERR_HTTP_*',
  'ERR_HTTP2_*',
  'CERT_*',
  'DEPTH_ZERO*',
  'SELF_SIGNED*',
  'UNABLE_TO*',
]);
const CODE_NAMES = wordsLike(['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError', 'AssertionError']);

/** null when nothing points anywhere. The nearest to the first cause counts most. */
export function componentOf(error: CrashError): Hint | null {
  const chain = chainOf(error).reverse();
  return (
    firstOf(chain, byName) ??
    firstOf(chain, byPackage) ??
    firstOf(chain, byAddress) ??
    firstOf(chain, byCode) ??
    firstOf(chain, byKind)
  );
}

function firstOf(chain: CrashError[], look: (error: CrashError) => Hint | null): Hint | null {
  for (const error of chain) {
    const hint = look(error);
    if (hint) return hint;
  }
  return null;
}

function byName({ name }: CrashError): Hint | null {
  const found = KNOWN.find(({ errors }) => errors.test(name));
  return found ? { name: found.component, confidence: 0.9, reason: `the error is a ${name}` } : null;
}

function byPackage({ frames }: CrashError): Hint | null {
  for (const { file, owner } of frames.slice(0, 15)) {
    if (owner !== 'library') continue;
    const name = packageOf(file)?.name ?? '';
    const found = KNOWN.find(({ packages }) => packages.test(name));
    if (found) return { name: found.component, confidence: 0.85, reason: `${name} is in the stack` };
  }
  return null;
}

function byAddress({ message, properties, code }: CrashError): Hint | null {
  const known = KNOWN.find(({ schemes }) => schemes.test(message));
  if (known) return { name: known.component, confidence: 0.7, reason: 'its address says so' };
  if (properties.syscall === 'listen' || code === 'EADDRINUSE') return null;
  const port = Number(properties.port ?? /:(\d{2,5})\b/.exec(message)?.[1]);
  const name = KNOWN.find(({ ports }) => ports.includes(port))?.component;
  const isNetwork = NETWORK_CODES.test(code) || /connect|ECONN|timed? ?out/i.test(message);
  return name && isNetwork
    ? { name, confidence: 0.6, reason: `port ${port} is the usual port of a ${name}` }
    : null;
}

function byCode({ code, message, properties }: CrashError): Hint | null {
  const word = code || /\b(E[A-Z]{4,12})\b/.exec(message)?.[1] || '';
  if (properties.syscall === 'listen')
    return { name: 'network', confidence: 0.9, reason: `${word} from listen()` };
  if (NETWORK_CODES.test(word))
    return { name: 'network', confidence: 0.8, reason: `${word} comes from the network` };
  const isFile = FILE_CODES.test(word) || (/^(EACCES|EPERM)$/.test(word) && properties.path !== undefined);
  return isFile ? { name: 'file', confidence: 0.85, reason: `${word} comes from the file system` } : null;
}

function byKind({ name, frames, message }: CrashError): Hint | null {
  if (name === 'TimeoutError' || /^(fetch failed|socket hang up)$/.test(message))
    return { name: 'network', confidence: 0.6, reason: `${message || name} comes from the network` };
  // What a library throws says little of whose mistake it is.
  return CODE_NAMES.test(name) && (frames[0]?.owner ?? 'app') !== 'node'
    ? { name: 'code', confidence: 0.7, reason: `a ${name} is a mistake in code` }
    : frames.some(({ owner }) => owner === 'app') && CODE_NAMES.test(name)
      ? { name: 'code', confidence: 0.6, reason: `a ${name} is a mistake in code` }
      : null;
}
