// How a process ended, as a finding tells it. Its shape is part of the published contract: wire/report.
export type { Crash, CrashCause } from '../wire/report/crash.ts';
export {
  CRASH_COMPONENTS,
  CRASH_LABELS,
  type CrashComponent,
  type CrashLabel,
} from '../wire/report/names.ts';
