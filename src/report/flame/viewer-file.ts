// The viewers of 0x and speedscope as files: build/viewers.mjs takes them out of their packages when culprit is built, so that a
// flame graph needs neither the packages nor a network.
import { readFile } from 'node:fs/promises';
import type { ViewerAssets } from './viewer-page.ts';

/** Reads `dist/viewers/<name>.json`, which is there after a build. */
export async function readViewer(name: 'speedscope' | '0x'): Promise<ViewerAssets> {
  const isSource = import.meta.url.endsWith('.ts');
  const folder = new URL(isSource ? '../../../dist/viewers/' : './viewers/', import.meta.url);
  return JSON.parse(await readFile(new URL(`${name}.json`, folder), 'utf8'));
}
