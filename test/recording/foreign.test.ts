import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose.ts';
import { RecordingError } from '../../src/errors.ts';
import { readAnything } from '../../src/recording/foreign.ts';
import { buildRawCpuProfile, buildRawHeapProfile } from '../support/build-profile.ts';
import { useTempFolder } from '../support/build-recording.ts';
import { checkEach } from '../support/known-defects.ts';

const temp = useTempFolder();
function fileOf(name: string, content: unknown): string {
  const path = join(temp(), name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('files of other tools:', () => {
  test('a CPU profile of node --cpu-prof gets a diagnosis', async () => {
    const path = fileOf(
      'CPU.1.cpuprofile',
      buildRawCpuProfile(
        Array.from(
          { length: 400 },
          () =>
            [
              ['(idle)', 5],
              ['hot@/srv/app/hot.js:4', 5],
            ] as [string, number][],
        ).flat(),
      ),
    );
    const report = diagnose(await readAnything(path));
    expect(report.findings[0]).toMatchObject({ kind: 'cpu-hotspot', subject: { function: 'hot', line: 4 } });
    expect(report).toMatchObject({ target: { pid: null, nodeVersion: null }, capture: { restored: null } });
  });

  test('its source maps and lines are looked up where its scripts are', async () => {
    const dir = temp();
    mkdirSync(join(dir, 'src'));
    const script = join(dir, 'src/a.js');
    writeFileSync(script, 'x\ny\nfunction hot() { return JSON.parse(text); }\n');
    const path = join(dir, 'a.cpuprofile');
    writeFileSync(path, JSON.stringify(buildRawCpuProfile([[`hot@${script}:3#3`, 4_000]])));
    const { sources } = await readAnything(path);
    expect(sources.lines[`${script}:3`]).toContain('JSON.parse');
  });

  test('a sampling heap profile is one moment: no growth is claimed', async () => {
    const report = diagnose(
      await readAnything(fileOf('a.heapprofile', buildRawHeapProfile([['f@/a.js:1', 5e8]]))),
    );
    expect(report).toMatchObject({ verdict: 'too-little-data', findings: [] });
  });

  test('a diagnostic report is judged by its limits', async () => {
    const report = diagnose(
      await readAnything(
        fileOf('report.json', {
          header: { processId: 7, nodejsVersion: 'v22.1.0', commandLine: ['node', 'a.js'], cwd: '/srv' },
          javascriptHeap: { usedMemory: 950e6, memoryLimit: 1_000e6 },
          resourceUsage: { rss: 1_100e6 },
          userLimits: { open_files: { soft: 1_024 } },
          libuv: [{ type: 'tcp', remoteEndpoint: { ip4: '10.0.0.1', port: 443 } }, null, { type: 'timer' }],
        }),
      ),
    );
    expect(report.findings.map(({ kind }) => kind)).toEqual(['memory-limit-risk']);
    expect(report.target).toMatchObject({ pid: 7, title: 'node a.js' });
    expect(report.warnings.map(({ code }) => code)).toEqual(['single-moment']);
  });

  test.each([
    ['a text', 'hello'],
    ['other JSON', '{"a":1}'],
    ['a number', '7'],
    ['nothing', ''],
    ['null', 'null'],
    ['a cut profile', '{"nodes":[{"id":1,'],
    ['a profile of nothing', '{"nodes":[]}'],
    ['a heap profile of nothing', '{"head":null}'],
    ['100,000 nested lists', '['.repeat(100_000)],
  ])('%s is refused with the cure', async (_, text) => {
    const read = async () => diagnose(await readAnything(fileOf('x.json', text)));
    await expect(read()).rejects.toThrow(RecordingError);
  });

  const REPORT = { header: {}, javascriptHeap: {} };
  const STRANGE: [string, unknown][] = [
    ['a report without anything', { header: null, javascriptHeap: null }],
    ['a version that is an object', { ...REPORT, header: { nodejsVersion: { toString: 1, valueOf: 1 } } }],
    ['a heap that is an object', { ...REPORT, javascriptHeap: { usedMemory: { toString: 1, valueOf: 1 } } }],
    [
      'a port that is an object',
      { ...REPORT, libuv: [{ type: 'tcp', remoteEndpoint: { port: { toString: 1, valueOf: 1 } } }] },
    ],
    ['a script id that is an object', { head: { callFrame: { scriptId: { toString: 1, valueOf: 1 } } } }],
    ['limits that are texts', { ...REPORT, userLimits: { open_files: 'many' } }],
    [
      'ticks that are objects',
      {
        nodes: [
          {
            id: 1,
            callFrame: { functionName: 'f', url: '/a.js', lineNumber: 1 },
            positionTicks: [{ line: { toString: 1, valueOf: 1 }, ticks: 1 }],
          },
        ],
      },
    ],
  ];
  checkEach(
    STRANGE,
    ([title]) => `${title} does no harm`,
    async ([, content]) => {
      const outcome = await readAnything(fileOf('x.json', content))
        .then(diagnose)
        .catch((error) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(RecordingError);
    },
  );
});
