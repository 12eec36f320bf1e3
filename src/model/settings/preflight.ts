// What a look would do to a process, told before it. Its shape is a contract: wire/report.
export type { Preflight, PreflightStep } from '../../wire/preflight.ts';
