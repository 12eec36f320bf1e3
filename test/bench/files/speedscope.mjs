// The importer of speedscope, taken out of its page: its command line only hands files to a browser, and what a browser then draws
// is not what is measured here.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { runInThisContext } from 'node:vm';

/** Throws where the page is built in another way than that of 1.25. */
function findImporter() {
  const root = dirname(createRequire(import.meta.url).resolve('speedscope/package.json'));
  const folder = join(root, 'dist/release');
  const name = readdirSync(folder).find((file) => /^speedscope-\w+\.js$/.test(file));
  const page = readFileSync(join(folder, name), 'utf8');
  const importer = /,await (\w+)\(\w+,await \w+\.arrayBuffer\(\)\)/.exec(page)?.[1];
  // The last statement draws the page.
  const drawing = /(?<=;)\w+\(\w+\(\w+,null,\w+\(\w+,null\)\),document\.body,[^;]*;/.exec(page)?.[0];
  if (!importer || !drawing) throw new Error('speedscope is built in another way');
  return page.replace(drawing, `globalThis.importFile=${importer};`);
}

export async function importWithSpeedscope(path) {
  const element = { style: {}, appendChild() {}, setAttribute() {}, classList: { add() {} } };
  const none = () => {};
  Object.assign(globalThis, {
    window: globalThis,
    document: { createElement: () => element, head: element, body: element, addEventListener: none },
    location: { hash: '', protocol: 'http:', href: 'http://localhost/' },
    matchMedia: () => ({ addEventListener: none, addListener: none, matches: false }),
    localStorage: { getItem: () => null },
    addEventListener: none,
    alert: none,
  });
  console.log = none;
  runInThisContext(findImporter());
  const bytes = readFileSync(path);
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const group = await globalThis.importFile(basename(path), copy);
  if (!group?.profiles?.length) throw new Error('speedscope found no profile in it');
  return group;
}
