#!/usr/bin/env node
// kubectl runs this for `kubectl culprit ...`.
process.argv.splice(2, 0, 'kubectl-plugin');
await import('../dist/culprit.js');
