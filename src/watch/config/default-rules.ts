// The rules that hold where a configuration says nothing, each with the reason for its numbers.
import type { WatchRule } from './watch-config.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const DEFAULT_LIMITS = { count: 3, windowMillis: HOUR, durationMillis: null } as const;

const LOOK: WatchRule['actions'] = [{ do: 'diagnose' }, { do: 'flame' }, { do: 'report' }, { do: 'webhook' }];
const LEFTOVERS: WatchRule['actions'] = [{ do: 'triage' }, { do: 'webhook' }];

const base = {
  holdMillis: 30 * SECOND,
  clearMillis: MINUTE,
  confirm: false,
  actions: LOOK,
  limits: DEFAULT_LIMITS,
};

export const DEFAULT_RULES: readonly WatchRule[] = [
  // A kubelet evicts, and the kernel kills, at 100 %: at 80 % a diagnosis still fits.
  { ...base, name: 'memory', metric: 'memory.share', warn: 0.8, critical: 0.9 },
  // A person needs half an hour to come and look.
  {
    ...base,
    name: 'memory-left',
    metric: 'memory.left',
    warn: 30 * MINUTE,
    critical: 10 * MINUTE,
    holdMillis: MINUTE,
  },
  // A cache that fills does the same, so the diagnosis decides.
  { ...base, name: 'memory-rising', metric: 'memory.rising', warn: 0.8, confirm: true },
  // systemd-oomd kills at 60 %.
  { ...base, name: 'memory-stalled', metric: 'memory.stalled', warn: 0.1, critical: 0.3 },
  { ...base, name: 'memory-kills', metric: 'memory.kills', critical: 1, holdMillis: 0, actions: LEFTOVERS },
  // Above 90 % each request waits for nine others on average (1 / (1 - busy)).
  { ...base, name: 'loop', metric: 'loop.busy', warn: 0.9, critical: 0.98, holdMillis: MINUTE },
  // CPUThrottlingHigh of the Kubernetes mixin warns at 25 %; it looks at 15 min, we at one.
  { ...base, name: 'throttled', metric: 'cpu.throttled', warn: 0.25, critical: 0.5, holdMillis: MINUTE },
  { ...base, name: 'cpu-waiting', metric: 'cpu.waiting', warn: 0.25, critical: 0.5, holdMillis: MINUTE },
  { ...base, name: 'fds', metric: 'fds.share', warn: 0.8, critical: 0.95 },
  { ...base, name: 'pids', metric: 'pids.share', warn: 0.8, critical: 0.95 },
  // One restart is a deployment, two may be its correction.
  { ...base, name: 'restarts', metric: 'restarts', warn: 3, critical: 6, holdMillis: 0, actions: LEFTOVERS },
  // A service manager starts it again within seconds.
  {
    ...base,
    name: 'gone',
    metric: 'gone',
    warn: MINUTE,
    critical: 5 * MINUTE,
    holdMillis: 0,
    actions: LEFTOVERS,
  },
  { ...base, name: 'finding', metric: 'finding', warn: 1, critical: 2, holdMillis: 0, confirm: true },
];
