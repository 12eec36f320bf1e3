// What people call the work that goes through libuv's thread pool; async_hooks has names of its own for it.
import type { Addon } from '../../model/samples.ts';

const WORDS: Record<string, string> = {
  SCRYPTREQUEST: 'scrypt',
  PBKDF2REQUEST: 'pbkdf2',
  RANDOMBYTESREQUEST: 'randomBytes',
  KEYPAIRGENREQUEST: 'key pair generation',
  KEYGENREQUEST: 'key generation',
  SIGNREQUEST: 'signing',
  VERIFYREQUEST: 'verifying',
  HASHREQUEST: 'hashing',
  CIPHERREQUEST: 'encryption',
  DERIVEBITSREQUEST: 'key derivation',
  ZLIB: 'compression',
  FSREQCALLBACK: 'file operations',
  FSREQPROMISE: 'file operations',
  FILEHANDLECLOSEREQ: 'closing files',
  GETADDRINFOREQWRAP: 'name lookups (dns.lookup)',
  GETNAMEINFOREQWRAP: 'name lookups (dns.lookupService)',
};

/** `addons` are the native addons that are loaded, null where that is not known. */
export function threadPoolWork(type: string, addons: readonly Addon[] | null): string {
  if (type === UNNAMED) return `work of ${onlyAddon(addons) ?? 'a native addon'}`;
  return WORDS[type] ?? type;
}

/** Addons give their work names of their own, never in capitals alone as Node does; those written with napi-rs give none. */
export function isAddonWork(type: string): boolean {
  return type === UNNAMED || type !== type.toUpperCase();
}

const UNNAMED = 'undefined';

function onlyAddon(addons: readonly Addon[] | null): string | null {
  const packages = new Set((addons ?? []).flatMap((addon) => addon.package ?? []));
  return packages.size === 1 ? [...packages][0]! : null;
}
