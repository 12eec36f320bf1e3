// What is taken where an option is not given: the command line, the recorder in a pod, preflight and benches read it here,
// and the help texts print it from here.

export const DEFAULTS = {
  /** One capture: diagnose, record, k8s. */
  capture: {
    durationMillis: 30_000,
    intervalMillis: 1_000,
    maxPauseMillis: 100,
    snapshot: 'auto',
    async: 'burst',
    cpu: 'auto',
    budgetShare: 0.01,
  },
  /** To list is the work of a moment; the rest is for the threads that come later. */
  whyAlive: { durationMillis: 3_000 },
  /** The age at which start-up is over: that of findings/thresholds/growth.ts. */
  settle: { ageMillis: 120_000 },
  /** In a pod, memory is somebody's. */
  remote: { snapshot: 'never', target: 'auto', parallel: 4 },
  bench: { budgetMillis: 300_000, turns: 2, startMillis: 30_000, setupMillis: 600_000, snapshot: 'never' },
  comparison: { smallest: 0.02, onUnsure: 'pass' },
  /** AWS' load balancers and nginx's upstream keepalive_timeout: 60 s each by default. Google's: 600 s, fixed. */
  audit: { balancerIdleSeconds: 60 },
  heap: { top: 10 },
  analyze: { top: 10 },
  flame: { renderer: 'speedscope' },
} as const;
