// The script name of all that we run in the target: how our own cost is told apart in its profiles.

export const PROBE_URL = 'culprit:probe';
