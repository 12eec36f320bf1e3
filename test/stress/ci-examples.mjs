// Runs the commands of the CI examples in the documentation from end to end, in a clone of a small repository whose head is slower and
// leaks: they have to fail the build and write what they promise. Some five minutes.
//
//   node test/stress/ci-examples.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exampleCommands } from '../support/ci-commands.mjs';

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const dir = mkdtempSync(join(tmpdir(), 'culprit-ci-'));
const server = (extra) => `import { createServer } from 'node:http';
const seen = [];
function answer(url) {
  let checksum = 7;
  for (let i = 0; i < ${extra ? 20_000 : 2_000}; i++) checksum = (checksum * 33 + i) % 65521;
  ${extra ? 'seen.push({ url, checksum });' : ''}
  return { checksum, seen: seen.length };
}
createServer((req, res) => res.end(JSON.stringify(answer(req.url)))).listen(process.env.PORT, '127.0.0.1');
`;

const origin = join(dir, 'origin');
mkdirSync(origin);
const git = (cwd, ...args) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    cwd,
    encoding: 'utf8',
  });
git(origin, 'init', '-q', '-b', 'main');
const pkg = { name: 'app', version: '1.0.0', type: 'module' };
const lock = { name: 'app', version: '1.0.0', lockfileVersion: 3, requires: true, packages: { '': pkg } };
writeFileSync(join(origin, 'package.json'), JSON.stringify(pkg));
writeFileSync(join(origin, 'package-lock.json'), JSON.stringify(lock));
writeFileSync(join(origin, 'server.js'), server(false));
git(origin, 'add', '-A');
git(origin, 'commit', '-qm', 'main');
git(origin, 'checkout', '-qb', 'change');
writeFileSync(join(origin, 'server.js'), server(true));
git(origin, 'commit', '-qam', 'change');
const clone = join(dir, 'clone');
git(dir, 'clone', '-q', '--branch', 'change', `file://${origin}`, clone);
// As in a CI image after `npm install --global culprit autocannon`.
const bin = join(dir, 'bin');
mkdirSync(bin);
for (const [name, file] of Object.entries({
  culprit: 'bin/culprit.js',
  autocannon: 'node_modules/autocannon/autocannon.js',
})) {
  writeFileSync(join(bin, name), `#!/bin/sh\nexec ${process.execPath} ${join(ROOT, file)} "$@"\n`);
  chmodSync(join(bin, name), 0o755);
}
const env = {
  ...process.env,
  PATH: `${bin}:${process.env.PATH}`,
  GITHUB_BASE_REF: 'main',
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
};
let failures = 0;
for (const command of exampleCommands()) {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
    cwd: clone,
    env,
    encoding: 'utf8',
  });
  const files = [...command.matchAll(/--(?:markdown|sarif|flame|junit) (\S+)/g)].map(([, file]) => file);
  const missing = files.filter((file) => !existsSync(join(clone, file)));
  const isNamed = stdout.includes('answer (server.js:3)');
  const isRight = status === 1 && missing.length === 0 && isNamed;
  if (!isRight) failures++;
  console.log(
    `${isRight ? 'right' : 'WRONG'}: exit ${status}, files missing: ${missing.join(', ') || 'none'}, named: ${isNamed}`,
  );
  if (!isRight) console.log(stdout.slice(0, 3_000), stderr);
  for (const file of files) rmSync(join(clone, file), { force: true });
}
rmSync(dir, { recursive: true, force: true });
process.exitCode = failures === 0 ? 0 : 1;
