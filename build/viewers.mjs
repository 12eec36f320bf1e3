// The viewers of flame graphs, taken out of the packages 0x and speedscope when the project is built: each becomes one file of
// dist/viewers/ with its script, styles and licences. What is installed then needs neither package, and no network.
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { joinSections, packageOf, sectionOf } from './licences.mjs';

const load = createRequire(import.meta.url);

/** Both viewers: `{ file, viewer, licences }`, where the viewer is a `ViewerAssets` of src/report/flame and licences are sections. */
export async function takeViewers() {
  return [await takeSpeedscope(), await takeZeroX()];
}

async function takeSpeedscope() {
  const root = dirname(load.resolve('speedscope/package.json'));
  const release = join(root, 'dist', 'release');
  const read = (name) => readFile(join(release, name), 'utf8');
  const index = await read('index.html');
  const script = await read(findAsset(index, /<script src="([^"]+\.js)"/));
  const style = await read(findAsset(index, /<link rel="stylesheet" href="([^"]+\.css)"/));
  const licences = [
    sectionOf(root),
    {
      title: 'Source Code Pro, the font of speedscope (OFL-1.1)',
      text: await read('source-code-pro.LICENSE.md'),
    },
  ];
  const license = joinSections(licences);
  const styles = [await inlineFont(style, release)];
  return { file: 'speedscope.json', viewer: { name: nameOf(root), license, styles, script }, licences };
}

/** Asset names carry a hash that changes with every release, so they are read from the package's own page. */
function findAsset(index, pattern) {
  const name = pattern.exec(index)?.[1];
  if (name === undefined) throw new Error(`speedscope's index.html holds no asset like ${pattern}`);
  return name;
}

async function inlineFont(style, release) {
  const withoutMap = style.replace(/\/\*# sourceMappingURL=[^*]*\*\//g, '');
  const url = /url\("\.\/([^"]+\.woff2)"\)/.exec(withoutMap);
  if (url === null) return withoutMap;
  const font = await readFile(join(release, url[1]), 'base64');
  return withoutMap.replace(url[0], () => `url("data:font/woff2;base64,${font}")`);
}

const EMPTY_PROFILE = {
  nodes: [
    { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1 }, hitCount: 0, children: [] },
  ],
};

/** Lets 0x draw an empty profile, in a temporary folder, and takes the viewer out of its page. */
async function takeZeroX() {
  const root = dirname(load.resolve('0x/package.json'));
  const folder = await mkdtemp(join(tmpdir(), 'culprit-0x-'));
  try {
    const profilePath = join(folder, 'empty.cpuprofile');
    const pagePath = join(folder, 'page.html');
    await writeFile(profilePath, JSON.stringify(EMPTY_PROFILE));
    await load('0x')({ visualizeCpuProfile: profilePath, outputHtml: pagePath, workingDir: folder });
    const licences = (await packagesInZeroX(root)).map(sectionOf);
    const page = splitPage(await readFile(pagePath, 'utf8'));
    return {
      file: '0x.json',
      viewer: { name: nameOf(root), license: joinSections(licences), ...page },
      licences,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The page ends in `visualizer(<data>)`, which is cut off: culprit calls it itself. */
function splitPage(page) {
  const start = page.indexOf('<script>') + '<script>'.length;
  const end = page.lastIndexOf('visualizer({"merged"');
  if (end < start) throw new Error('0x wrote a page of an unknown form');
  const styles = [...page.slice(0, start).matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style]) => style);
  return { styles, script: page.slice(start, end) };
}

/** 0x bundles its viewer with browserify, which tells what it put in. The style sheet comes from tachyons. */
async function packagesInZeroX(root) {
  const ofZeroX = createRequire(join(root, 'package.json'));
  const bundle = ofZeroX('browserify')({ standalone: 'visualizer' }).add(join(root, 'visualizer'));
  const files = [];
  bundle.pipeline.get('deps').on('data', ({ file }) => files.push(file));
  await new Promise((resolve, reject) => bundle.bundle((error) => (error ? reject(error) : resolve())));
  return [...new Set([...files, ofZeroX.resolve('tachyons')].map(packageOf))];
}

function nameOf(root) {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return `${name} ${version}`;
}
