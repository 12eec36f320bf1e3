// Code that is sent as text: into a target process, or into a page. `import text from './install.ts?probe'` gives the
// text of an expression whose value is the one function that the file exports, bundled with all that it imports.
// One plugin for esbuild (build.mjs) and one for Vite (the tests) share the bundling.
import { dirname, resolve } from 'node:path';
import { build } from 'esbuild';

const QUERY = /\?(probe|page)$/;

/** What runs the code: the oldest Node.js that is supported, or any browser of recent years. */
const TARGETS = { probe: 'node16', page: 'es2020' };

/** No package and no module of Node.js can be imported: the text is whole by itself. */
export async function bundleAsExpression(file, kind, minify = false) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: TARGETS[kind],
    minify,
    legalComments: 'none',
    logLevel: 'silent',
  });
  const text = outputFiles[0].text;
  const [exported, name] = /export\s*\{\s*([\w$]+)(?:\s+as\s+[\w$]+)?\s*\};?\s*$/.exec(text) ?? [];
  if (!name) throw new Error(`${file} has to export one function and nothing else`);
  return `(() => {'use strict';\n${text.slice(0, -exported.length)}return ${name};\n})()`;
}

/** Minifies the texts where the build around them does. */
export const codeAsText = {
  name: 'code-as-text',
  setup({ onResolve, onLoad, initialOptions }) {
    onResolve({ filter: QUERY }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace(QUERY, '')),
      namespace: QUERY.exec(path)[1],
    }));
    for (const kind of Object.keys(TARGETS))
      onLoad({ filter: /.*/, namespace: kind }, async ({ path }) => ({
        contents: await bundleAsExpression(path, kind, initialOptions.minify),
        loader: 'text',
      }));
  },
};

export const viteCodeAsText = {
  name: 'code-as-text',
  enforce: 'pre',
  resolveId(source, importer) {
    const query = QUERY.exec(source);
    return query && importer ? `\0${resolve(dirname(importer), source)}` : null;
  },
  async load(id) {
    const [query, kind] = QUERY.exec(id) ?? [];
    if (!id.startsWith('\0') || !query) return null;
    return `export default ${JSON.stringify(await bundleAsExpression(id.slice(1, -query.length), kind))};`;
  },
};
