// An archive for machines without Node.js: culprit, the Node.js that runs it, and two programs that start them. kubectl finds
// `kubectl-culprit` on the PATH.
//
//   node packaging/archive.mjs [--node FILE] [--platform linux-x64] [--out DIR]
//
// --node: a node program for that platform; default: the one that runs this script. Its LICENSE is looked for where the archives of
// nodejs.org have it. Prints the path of the archive.
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { create } from 'tar';
import { ROOT, unpackPackage, VERSION } from './package-files.mjs';

const LAUNCHERS = ['culprit', 'kubectl-culprit'];

const { values: options } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    platform: { type: 'string', default: `${process.platform}-${process.arch}` },
    out: { type: 'string', default: '.' },
  },
});

/** `program`: in bin/ of the package. A link to the launcher may lie anywhere, as krew and users put it. */
const launcher = (program) => `#!/bin/sh
# Starts ${program} with the Node.js of this folder, also through a link.
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
root=$(cd "$(dirname "$self")/.." && pwd -P) || exit 3
exec "$root/lib/node" "$root/lib/culprit/bin/${program}.js" "$@"
`;

function fill(folder) {
  const within = (...names) => join(folder, ...names);
  unpackPackage(within('lib/culprit'));
  copyFileSync(options.node, within('lib/node'));
  chmodSync(within('lib/node'), 0o755);
  mkdirSync(within('bin'));
  for (const program of LAUNCHERS) writeFileSync(within('bin', program), launcher(program), { mode: 0o755 });
  mkdirSync(within('share/man/man1'), { recursive: true });
  copyFileSync(within('lib/culprit/dist/man/culprit.1'), within('share/man/man1/culprit.1'));
  copyFileSync(join(ROOT, 'LICENSE'), within('LICENSE'));
  copyLicenceOfNode(within('LICENSE.node'));
}

function copyLicenceOfNode(to) {
  const licence = resolve(dirname(options.node), '../LICENSE');
  if (existsSync(licence)) copyFileSync(licence, to);
  else process.stderr.write(`${licence} is not there: to publish the archive, add the licence of Node.js.\n`);
}

const name = `culprit-v${VERSION}-${options.platform}`;
const archive = resolve(options.out, `${name}.tar.gz`);
const work = mkdtempSync(join(tmpdir(), 'culprit-archive-'));
try {
  fill(join(work, name));
  mkdirSync(dirname(archive), { recursive: true });
  // The same input gives the same bytes.
  await create({ file: archive, cwd: work, gzip: true, portable: true, mtime: new Date(0) }, [name]);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.stdout.write(`${archive}\n`);
