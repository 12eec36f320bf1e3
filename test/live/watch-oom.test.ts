// A service that leaks in a container of 256 MB until the kernel kills it, watched and not watched: the evidence is on disk before
// the end, and the watched one gets as far as its twin, so the watch was not what killed it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { requires } from '../support/requires.ts';
import { buildRoot, CONTAINER_NODE, removeAllContainers, startContainer } from './support/containers.ts';
import { until } from './support/wait.ts';
import { endAllWatches, QUIET, startWatch } from './support/watching.ts';

requires('containers');
afterAll(async () => {
  endAllWatches();
  await removeAllContainers();
});

const LEAK = `const http = require('http');
const sessions = new Map();
let visitors = 0;
function visit() {
  for (let i = 0; i < 25; i++) sessions.set('visitor-' + visitors++, new Array(150).fill(visitors));
}
http.createServer((request, response) => response.end()).listen(0, '127.0.0.1');
setInterval(visit, 20);
setInterval(() => console.log('entries ' + sessions.size), 500);
`;
const LONGEST = 240_000;

test(
  'evidence is there before the kernel kills it, and the watch did not bring it about',
  async () => {
    const root = await buildRoot({ files: { '/app/leak.cjs': LEAK } });
    const start = () =>
      startContainer({
        root,
        args: [CONTAINER_NODE, '--max-old-space-size=1000', '--inspect-port=0', '/app/leak.cjs'],
        memory: '256m',
        network: 'host',
        extra: ['--memory-swap', '256m'],
      });
    const [watched, twin] = [await start(), await start()];
    const { folder, decision, watch } = startWatch(
      {
        ...QUIET,
        rules: [
          { name: 'memory', metric: 'memory.share', warn: '40%', for: '0s', actions: ['diagnose', 'report'] },
        ],
      },
      [String(watched.hostPid)],
    );
    const diagnosed = await decision(({ what }) => what === 'diagnose');
    expect(diagnosed).toMatchObject({ outcome: 'done', pid: watched.hostPid });
    expect(await watched.isRunning()).toBe(true);
    await until(
      'the end of both',
      async () => !(await watched.isRunning()) && !(await twin.isRunning()),
      LONGEST,
      500,
    );
    const ended = await decision(({ what }) => what === 'ended');
    expect(Date.parse(diagnosed.at)).toBeLessThan(Date.parse(ended.at));
    const report = JSON.parse(readFileSync(join(diagnosed.evidence!, 'report.json'), 'utf8'));
    expect(report.findings.map(({ kind }: { kind: string }) => kind)).toContain('heap-leak');
    expect(diagnosed.evidence!.startsWith(folder)).toBe(true);
    const reached = async (container: typeof watched) =>
      Number([...(await container.logs()).matchAll(/entries (\d+)/g)].at(-1)![1]);
    const [withWatch, without] = [await reached(watched), await reached(twin)];
    expect(withWatch / without).toBeGreaterThan(0.9);
    watch.kill('SIGINT');
    expect((await watch.ended).code).toBe(0);
    root.remove();
  },
  LONGEST + 120_000,
);
