// Which file names of a target are files of the repository, and how they are written as a URI: outputs that point into a
// diff may point nowhere else.

/** Longer is no path that any system has. */
const MAX_PATH_LENGTH = 4096;

/** Relative, inside the folder, of people's own or installed code; not "node:fs", "/usr/lib/x.js" or "../x.js". */
export function isRepositoryFile(file: string): boolean {
  const isElsewhere = /^(?:[a-z][a-z0-9+.-]*:|[\\/])/i.test(file) || file.split(/[\\/]/).includes('..');
  return file.trim() !== '' && file.length <= MAX_PATH_LENGTH && !isElsewhere;
}

/** "src/a%20b.js": a relative URI, its parts encoded. */
export function repositoryUri(file: string): string {
  // A lone surrogate is no character; encodeURIComponent throws at it.
  const whole = file.replaceAll(/\p{Cs}/gu, '\ufffd').replaceAll('\\', '/');
  return whole
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .map(encodeURIComponent)
    .join('/');
}
