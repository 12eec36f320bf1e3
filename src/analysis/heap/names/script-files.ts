// Names of scripts as files: relative to the folder that a program lives in, they are the same wherever it runs.
import { isEngineScript } from './owners.ts';

/** ES modules are named by URL, CommonJS modules by path. */
export function fileOfScript(script: string): string {
  if (!script.startsWith('file://')) return script;
  try {
    return decodeURIComponent(script.slice('file://'.length));
  } catch {
    return script;
  }
}

/** The innermost folder that has all files of the program, with a slash at its end; empty when there is none. */
export function sharedFolder(scripts: Iterable<string>): string {
  let shared: string[] | null = null;
  for (const script of scripts) {
    if (isEngineScript(script)) continue;
    const folders = fileOfScript(script).split('/').slice(0, -1);
    if (shared === null) shared = folders;
    else {
      let same = 0;
      while (same < shared.length && shared[same] === folders[same]) same += 1;
      shared = shared.slice(0, same);
    }
  }
  return shared === null || shared.length === 0 ? '' : `${shared.join('/')}/`;
}

export function relativeFile(script: string, folder: string): string {
  const file = fileOfScript(script);
  return folder !== '' && file.startsWith(folder) ? file.slice(folder.length) : file;
}
