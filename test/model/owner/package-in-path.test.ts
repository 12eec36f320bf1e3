// The package that a path lies in, by the path alone.
import { expect, test } from 'vitest';
import { packageInPath } from '../../../src/model/owner/package-in-path.ts';

test.each([
  ['/app/node_modules/lru/index.js', 'lru'],
  ['/app/node_modules/@scope/lru/index.js', '@scope/lru'],
  ['/app/node_modules/.pnpm/lru@1.2.3/node_modules/lru/index.js', 'lru@1.2.3'],
  ['/app/node_modules/a/node_modules/b/index.js', 'b'],
  ['/app/src/index.js', null],
])('of %s it is %s', (path, name) => {
  expect(packageInPath(path)).toBe(name);
});

test('it is not known where a source map leads to a folder of sources beside the package', () => {
  expect(packageInPath('/app/node_modules/src/container.class.ts')).toBeNull();
  expect(packageInPath('/app/node_modules/lru/src/index.ts')).toBe('lru');
});
