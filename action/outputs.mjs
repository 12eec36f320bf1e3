// A step of action.yml: prints the outputs of the comparison, in the form of GITHUB_OUTPUT.
//
//   node action/outputs.mjs FOLDER EXIT_CODE
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES = {
  json: 'culprit.json',
  markdown: 'culprit.md',
  sarif: 'culprit.sarif',
  html: 'culprit.html',
  flame: 'flame.html',
};

const [folder, code] = process.argv.slice(2);
const paths = Object.entries(FILES)
  .map(([name, file]) => [name, join(folder, file)])
  .filter(([, path]) => existsSync(path));

/** Without a report nothing was compared. */
function verdict() {
  const path = join(folder, FILES.json);
  if (!existsSync(path)) return [];
  const { verdict, direction, gates } = JSON.parse(readFileSync(path, 'utf8'));
  const decided = gates ? (gates.passed ? 'passed' : 'failed') : 'none';
  return Object.entries({ verdict, direction, gates: decided });
}

for (const [name, value] of [['exit-code', code], ...verdict(), ...paths])
  process.stdout.write(`${name}=${value}\n`);
