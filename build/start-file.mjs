// What the entry loads at its start lies in one file. With code splitting, esbuild puts modules into a file together when the same
// entries reach them: that made 14 files, and a third of the time of `culprit --version` went into opening them.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * The options with a plugin that lets each module that is loaded lazily import whatever lazy modules have in common with the
 * start, so that all of it is reached alike. `options`: of a build with one entry.
 */
export async function withOneStartFile(options) {
  const { metafile } = await build({ ...options, write: false, splitting: false, metafile: true });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  const lazy = new Set(imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => path));
  const ours = [...lazy].filter((file) => file.startsWith('src/'));
  const start = reach(metafile, Object.values(options.entryPoints));
  const common = [...reach(metafile, ours)].filter((file) => start.has(file) && file.startsWith('src/'));
  const plugin = importing(ours, common, options.absWorkingDir);
  return { ...options, plugins: [...options.plugins, plugin] };
}

/** What the files load without being asked again, with themselves. */
function reach({ inputs }, files) {
  const seen = new Set(files);
  for (const file of seen)
    for (const { path, kind } of inputs[file].imports)
      if (kind !== 'dynamic-import' && inputs[path] !== undefined) seen.add(path);
  return seen;
}

function importing(files, modules, root) {
  const imports = modules.map((path) => `import ${JSON.stringify(resolve(root, path))};`).join('');
  const among = new Set(files.map((path) => resolve(root, path)));
  return {
    name: 'one-start-file',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!among.has(path)) return null;
        return { contents: `${await readFile(path, 'utf8')}\n${imports}`, loader: 'ts' };
      });
    },
  };
}
