// Three servers with a fault, their traffic, and what an investigation has to name.
export const CASES = [
  {
    name: 'a template cache (mustache)',
    server: 'previews.mjs',
    packages: ['mustache@4.2.0'],
    load: { perSecond: 40, path: (i) => `/?reader=reader-${i}` },
    names: /previews\.mjs:\d+|mustache/,
    kinds: ['heap-leak', 'code-growth'],
    /** Its fix is verified as well. */
    isFixable: true,
  },
  {
    name: 'a synchronous hash (bcryptjs)',
    server: 'logins.mjs',
    packages: ['bcryptjs@3.0.2'],
    load: { perSecond: 6, path: (i) => (i % 6 === 0 ? `/login?p=${i}` : '/') },
    names: /logins\.mjs:\d+|bcryptjs/,
    kinds: ['event-loop-block', 'cpu-hotspot'],
  },
  {
    name: 'a dry pool (generic-pool)',
    server: 'reports.mjs',
    packages: ['generic-pool@3.9.0'],
    // One day in 30 does not exist: a connection is lost every second and a half.
    load: { perSecond: 20, path: (i) => `/?day=${i % 30 === 29 ? 400 : i % 300}` },
    names: /reports\.mjs:\d+|pool/i,
    kinds: ['pool-exhaustion'],
  },
];
