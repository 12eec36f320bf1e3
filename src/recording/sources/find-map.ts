// Which source map a script has, as V8 or its text say.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningScript } from '../../signals/sink.ts';
import type { ReadText } from './script-position.ts';

export interface Script {
  url: string;
  /** Where relative addresses in it start from; of a script without a file, a name in the working directory. */
  path: string;
  /** Of the file; undefined without one. */
  text: string | undefined;
  /** Whether that is the text that runs, as far as can be told. */
  isOnDisk: boolean;
  /** As V8 told of it; absent where V8 was not asked. */
  running?: RunningScript;
}

/** A source map as it was found: the text of its file, or a data URL. */
export interface FoundMap {
  /** Where the map was; of a data URL, the script. */
  location: string;
  text: string;
}

const MAP_COMMENT = /\/[/*][#@]\s*sourceMappingURL=([^\s*]+)/g;

/** The source map of a script: what V8 knows comes first, since a file may say something else than the text that runs. */
export function findMap({ path, text, running }: Script, readText: ReadText): FoundMap | null {
  const url = running?.sourceMapUrl ?? commentIn(text ?? '');
  if (url === '') return null;
  if (url.startsWith('data:')) return { location: path, text: url };
  try {
    const location = url.startsWith('file://')
      ? fileURLToPath(url)
      : resolve(dirname(path), decodeURIComponent(url));
    const found = readText(location);
    return found === undefined ? null : { location, text: found };
  } catch {
    return null;
  }
}

/** The last comment counts: bundles carry those of their parts. */
function commentIn(text: string): string {
  let url = '';
  for (const match of text.matchAll(MAP_COMMENT)) url = match[1]!;
  return url;
}
