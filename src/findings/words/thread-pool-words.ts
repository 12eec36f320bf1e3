// What people call the work that goes through libuv's thread pool; async_hooks has names of its own for it.
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
  // Addons written with napi-rs give their work no name.
  undefined: 'work of a native addon',
};

export function threadPoolWork(type: string): string {
  return WORDS[type] ?? type;
}
