// The krew manifest of a release, from its template .krew.yaml and the archives.
//
//   node packaging/krew.mjs [--archives DIR] [--out FILE]
//
// Platforms without an archive in DIR are left out, and named. Prints the manifest without --out.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { ROOT, VERSION } from './package-files.mjs';

const { values: options } = parseArgs({
  options: { archives: { type: 'string', default: '.' }, out: { type: 'string' } },
});

/** Undefined: there is no such archive. */
function checksumOf(archive) {
  const path = join(options.archives, archive);
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : undefined;
}

const manifest = parse(
  readFileSync(join(ROOT, '.krew.yaml'), 'utf8')
    .replaceAll(/\{\{ *\.TagName *\}\}/g, `v${VERSION}`)
    .replaceAll(/\{\{ *addURIAndSha "([^"]+)" \.TagName *\}\}/g, 'uri: $1'),
);
const platforms = manifest.spec.platforms.map(({ selector, uri, ...rest }) => {
  const sha256 = checksumOf(basename(uri));
  if (sha256 === undefined) process.stderr.write(`${basename(uri)} is not there: left out.\n`);
  return { selector, uri, sha256, ...rest };
});
manifest.spec.platforms = platforms.filter(({ sha256 }) => sha256 !== undefined);
if (manifest.spec.platforms.length === 0) throw new Error(`There is no archive in ${options.archives}.`);
const text = stringify(manifest);
if (options.out === undefined) process.stdout.write(text);
else writeFileSync(options.out, text);
