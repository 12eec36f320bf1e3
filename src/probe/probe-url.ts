// The script name of all code that culprit runs in the target: it identifies culprit's own cost in the profiles.

export const PROBE_URL = 'culprit:probe';
