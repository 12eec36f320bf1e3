// The manual page, made of the commands as the program declares them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The text of culprit(1). `options`: of a build of modules. */
export async function makeManPage(options) {
  const folder = await mkdtemp(join(tmpdir(), 'culprit-man-'));
  try {
    const outfile = join(folder, 'man-page.mjs');
    // What the commands do is not needed to list them.
    const lean = { outdir: undefined, metafile: false, external: ['../work/*'] };
    await build({ ...options, ...lean, entryPoints: ['src/cli/reference/man-page.ts'], outfile });
    const { renderManPage } = await import(pathToFileURL(outfile).href);
    // https://reproducible-builds.org/specs/source-date-epoch/
    const { SOURCE_DATE_EPOCH } = process.env;
    const built = SOURCE_DATE_EPOCH ? new Date(Number(SOURCE_DATE_EPOCH) * 1_000) : new Date();
    return renderManPage(built.toISOString().slice(0, 10));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
