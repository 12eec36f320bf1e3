// The licences of the packages whose code is in dist/: they travel with it, in one file.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the package that a file belongs to: the nearest one above whose package.json has a name. */
export function packageOf(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name !== undefined) return folder;
    if (dirname(folder) === folder) throw new Error(`${file} belongs to no package`);
  }
}

const LICENCE_FILE = /^(licen[cs]e|copying)([.-].*)?$/i;

/**
 * `{ id, text }` of a package: its licence files, or the part of its readme; where it has neither, what its package.json declares.
 * Throws where nothing tells the licence.
 */
function licenceOf(folder) {
  const { name, license, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const names = readdirSync(folder);
  const files = names.filter((file) => LICENCE_FILE.test(file)).sort();
  const readme = names.find((file) => /^readme/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0) texts.push(...partOfReadme(folder, readme));
  if (texts.length === 0 && typeof license === 'string')
    texts.push(
      `The package has no licence text. Its package.json declares: ${license}. ${repository?.url ?? ''}`.trim(),
    );
  if (texts.length === 0) throw new Error(`${name}: no licence in ${folder}`);
  return { id: license, text: texts.join('\n\n').replaceAll('\r\n', '\n') };
}

function partOfReadme(folder, readme) {
  if (readme === undefined) return [];
  const part = /^#+ *licen[cs]e\b.*\n[\s\S]*/im.exec(readFileSync(join(folder, readme), 'utf8'));
  return part === null ? [] : [part[0].trim()];
}

/** What is said of one package: `{ title, text }`. */
export function sectionOf(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { id, text } = licenceOf(folder);
  return { title: `${name} ${version}${typeof id === 'string' ? ` (${id})` : ''}`, text };
}

/** Sections of the same title are one, sorted by title. */
export function joinSections(sections) {
  const texts = new Map(sections.map(({ title, text }) => [title, `${title}\n\n${text}\n`]));
  const sorted = [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return sorted.join(`\n${'-'.repeat(80)}\n\n`);
}
