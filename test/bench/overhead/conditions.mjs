// What the servers are run under. One more is one more line: `attach` gives culprit's arguments for a running server,
// `launch` the arguments to node that start the server instead of us; neither is the server alone.
import { fileURLToPath } from 'node:url';
import { clinic } from './peers.mjs';

const CLI = process.env.CULPRIT_CLI ?? fileURLToPath(new URL('../../../bin/culprit.js', import.meta.url));
const diagnose =
  (...options) =>
  (pid) => [CLI, 'diagnose', String(pid), '--json', '-', ...options];

/** Name, as in the table and in --conditions, to how it is run. The first is what all others are compared with. */
export const CONDITIONS = {
  alone: {},
  diagnose: { attach: diagnose() },
  'clinic bubbleprof': { launch: clinic('bubbleprof') },
  'clinic doctor': { launch: clinic('doctor') },
};

export const BASELINE = 'alone';
