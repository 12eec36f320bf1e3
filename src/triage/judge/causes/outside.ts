// Ends that no error explains: native code, signals, Kubernetes, exit codes, and those without any reason in the log.
import { eventOf, toldOf } from '../../ends/ending.ts';
import type { Cause } from '../cause.ts';

const NATIVE_SIGNAL = /^(SIGSEGV|SIGABRT|SIGILL|SIGTRAP|SIGBUS|SIGFPE)$/;
const NATIVE_CURE = [
  'Look for the native addon in the stack or among the dependencies (`find node_modules -name "*.node"`), rebuild it for this Node version (`npm rebuild`) and update it.',
  'Keep the core dump (`ulimit -c unlimited`): a debugger (gdb, or lldb with llnode) names the function in it. Start with --report-on-fatalerror, too: it writes a report when Node.js or V8 itself ended the process, but not after a signal such as SIGSEGV.',
];
const KILLED_CURE = [
  'Find who sent it: the kernel when memory ran out (`dmesg | grep -i oom`, OOMKilled in the pod status), Kubernetes after a failed probe or a grace period (--pod-status and --events show which), or a person.',
];
const stoppedCure = (signal: string | null) =>
  signal === 'SIGKILL'
    ? KILLED_CURE
    : [
        `${signal ?? 'A signal'} is how deployments, scaling and shells stop a program: nothing is wrong if that was intended. Handle it, to finish open requests before the exit.`,
      ];

export const NATIVE_CODE: Cause = {
  id: 'native-code',
  label: 'native-crash',
  confidence: 0.93,
  matches: ({ ending }) => eventOf(ending, 'native') !== undefined,
  cure: () => NATIVE_CURE,
  example: { log: 'free(): invalid pointer' },
};

export const FAILED_PROBE: Cause = {
  id: 'failed-probe',
  label: 'killed-by-probe',
  confidence: 0.92,
  matches: ({ ending }) => toldOf(ending, 'killed-by-probe') !== undefined,
  cure: () => [
    'Find what keeps the event loop busy or the answer waiting: `culprit diagnose` on a running copy. Only if answers are slow by nature, give the probe a longer timeoutSeconds or a higher failureThreshold; slow starts need a startupProbe.',
  ],
  example: {
    told: [
      {
        kind: 'told',
        label: 'killed-by-probe',
        statement: 'its liveness probe failed',
        teller: 'pod status',
        lines: [],
      },
    ],
  },
};

/** Evicted, not ended within the grace period, out of time, or stopped with what it ran on. */
export const STOPPED_BY_PLATFORM: Cause = {
  id: 'stopped-by-platform',
  label: 'terminated',
  confidence: 0.85,
  matches: ({ ending }) => toldOf(ending, 'evicted', 'grace-period', 'timeout', 'stopped') !== undefined,
  cure: ({ signal, ending }) =>
    toldOf(ending, 'timeout')
      ? [
          'Find what it waits for or computes for so long: `culprit diagnose` on a running copy names the line. Only if the work is that long by nature, raise the timeout.',
        ]
      : stoppedCure(signal),
  example: {
    told: [
      {
        kind: 'told',
        label: 'evicted',
        statement: 'the pod was evicted',
        teller: 'pod status',
        lines: [],
      },
    ],
  },
};

/** Exit codes that Windows gives to programs that crash (NTSTATUS). */
export const WINDOWS_STATUSES: Readonly<Record<number, string>> = {
  [0x8000_0003]: 'a breakpoint: V8 or Node aborted itself',
  [0xc000_0005]: 'access violation',
  [0xc000_001d]: 'illegal instruction',
  [0xc000_00fd]: 'stack overflow',
  [0xc000_0374]: 'heap corruption',
  [0xc000_0409]: 'stack buffer overrun, or an abort',
};

export const WINDOWS_STATUS: Cause = {
  id: 'windows-status',
  label: 'native-crash',
  confidence: 0.85,
  matches: ({ code }) => code !== null && WINDOWS_STATUSES[code] !== undefined,
  cure: () => NATIVE_CURE,
  example: { log: 'npm ERR! errno 3221225477' },
};

/** A supervisor says that it ends over and over, and nothing says why. */
export const RESTARTED_OVER_AND_OVER: Cause = {
  id: 'restarted-over-and-over',
  label: 'unknown',
  confidence: 0.5,
  // A code that is known says more.
  matches: ({ ending, code, signal }) =>
    code === null && signal === null && toldOf(ending, 'restart-loop') !== undefined,
  cure: ({ ending }) => [
    `Read what the program itself wrote before it ended: ${ownLogOf(toldOf(ending, 'restart-loop')!.teller)}. Then triage that.`,
  ],
  example: { log: 'shop.service: Start request repeated too quickly.' },
};

/** Where the output of a program is that a supervisor runs. */
export function ownLogOf(teller: string): string {
  switch (teller) {
    case 'PM2':
      return '`pm2 logs APP --err --lines 200`, or ~/.pm2/logs/APP-error.log';
    case 'systemd':
      return '`journalctl -u SERVICE -n 200`';
    case 'Heroku':
      return '`heroku logs -n 1500 --ps web`';
    case 'pod status':
    case 'events':
      return '`kubectl logs POD --previous`';
    case 'supervisord':
      return '`supervisorctl tail NAME stderr`';
    case 'Nomad':
      return '`nomad alloc logs -stderr ALLOCATION`';
    default:
      return 'its standard error, from before the end';
  }
}

export const SIGNALS: Cause[] = [
  {
    id: 'native-signal',
    label: 'native-crash',
    confidence: 0.85,
    matches: ({ signal }) => signal !== null && NATIVE_SIGNAL.test(signal),
    cure: () => NATIVE_CURE,
    example: { log: 'Segmentation fault (core dumped)' },
  },
  {
    id: 'killed',
    label: 'terminated',
    confidence: 0.8,
    matches: ({ signal }) => signal === 'SIGKILL',
    cure: () => KILLED_CURE,
    example: { log: 'Killed' },
  },
  {
    id: 'stopped',
    label: 'terminated',
    confidence: 0.8,
    matches: ({ signal }) => signal !== null,
    cure: ({ signal }) => stoppedCure(signal),
    example: { log: 'Terminated' },
  },
];

/** No crash: nothing is to be done. */
export const CLEAN_EXIT: Cause = {
  id: 'clean-exit',
  label: 'clean-exit',
  confidence: 0.95,
  matches: ({ code }) => code === 0,
  cure: () => [],
  example: { log: 'web exited with code 0' },
};

export const NOTHING_SAID: Cause = {
  id: 'nothing-said',
  label: 'unknown',
  confidence: 0.3,
  matches: () => true,
  cure: () => [
    'Find the calls of process.exit in the program and have them log the reason. Start it with `--trace-exit --trace-uncaught --report-uncaught-exception`, and triage again with the exit code (--exit-code) or the pod status (--pod-status).',
  ],
  example: { log: 'web exited with code 1' },
};
