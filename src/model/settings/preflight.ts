// What a capture would do to a process, determined beforehand. Its shape is a contract: wire/report.
export type { Preflight, PreflightStep } from '../../wire/preflight.ts';
