// Files that are no recording, or a damaged or a hostile one: one clear message and exit code 2, or a report with a
// warning; never a stack trace, a hang, or bytes that the terminal would obey.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CulpritResult, reportOf, runCulprit, wentWrongInside } from './support/culprit.ts';
import { endAllTargets, startTarget } from './support/target.ts';

const scratch = mkdtempSync(join(tmpdir(), 'culprit-bad-'));
const recording = join(scratch, 'good');
const archive = join(scratch, 'good.tgz');
const APP = `function work() { let x = 0; for (let i = 0; i < 5e7; i++) x += Math.sqrt(i); return x; }
setInterval(work, 10); console.log('READY')`;

beforeAll(async () => {
  const target = await startTarget({ code: APP });
  const result = await runCulprit(['record', String(target.pid), '--duration', '5s', '--out', recording]);
  if (result.code !== 0) throw new Error(`No recording to damage: ${result.stderr}`);
  await create({ gzip: true, cwd: scratch, file: archive }, ['good']);
});

afterAll(async () => {
  await endAllTargets();
  rmSync(scratch, { recursive: true, force: true });
});

let made = 0;
function file(name: string, content: string | Buffer): string {
  const dir = join(scratch, `case-${++made}`);
  mkdirSync(dir);
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

/** A copy of the good recording, damaged. */
function damaged(damage: (dir: string) => void): string {
  const dir = join(scratch, `case-${++made}`);
  cpSync(recording, dir, { recursive: true });
  damage(dir);
  return dir;
}

function editManifest(dir: string, edit: (manifest: Record<string, object>) => void): void {
  const path = join(dir, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  edit(manifest);
  writeFileSync(path, JSON.stringify(manifest));
}

const cpuProfileOf = (dir: string) =>
  join(dir, readdirSync(dir).find((name) => name.endsWith('.cpuprofile'))!);
const heapProfileOf = (dir: string) =>
  join(dir, readdirSync(dir).find((name) => name.endsWith('.heapprofile'))!);

const callFrame = (functionName: string, url = 'file:///srv/app.js') => ({
  functionName,
  scriptId: '1',
  url,
  lineNumber: 1,
  columnNumber: 1,
});

/** A CPU profile of six seconds in one function. */
function cpuProfile(change: (profile: Record<string, unknown>) => void = () => {}): string {
  const profile = {
    nodes: [
      { id: 1, callFrame: callFrame('(root)', ''), hitCount: 0, children: [2] },
      { id: 2, callFrame: callFrame('work'), hitCount: 6_000, children: [] },
    ],
    startTime: 0,
    endTime: 6_000_000,
    samples: new Array(6_000).fill(2),
    timeDeltas: new Array(6_000).fill(1_000),
  };
  change(profile);
  return JSON.stringify(profile);
}

/** Neither colour, cursor, title nor bell may come from a file: only printable text, spaces and line ends. */
function expectPlainText(text: string): void {
  expect(text.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g)).toBeNull();
}

function expectRefusal(result: CulpritResult, ...words: (string | RegExp)[]): void {
  expect(wentWrongInside(result)).toBeNull();
  expect(result.code, `${result.stdout}${result.stderr}`).toBe(2);
  expect(result.stdout).toBe('');
  expect(result.stderr).toMatch(/^culprit: .+/);
  for (const word of words) expect(result.stderr).toMatch(word);
  expect(result.stderr.split('\n').length, result.stderr).toBeLessThan(6);
  expectPlainText(result.stderr);
}

/** Either is right, as long as it is one of the two. */
function expectRefusalOrReport(result: CulpritResult): void {
  if (result.code === 2) {
    expectRefusal(result);
    return;
  }
  expect(wentWrongInside(result)).toBeNull();
  expect(result.code, result.stderr).toBe(0);
  expect(result.stdout).not.toBe('');
  expectPlainText(result.stdout);
}

const both = async (path: string) =>
  [
    await runCulprit(['analyze', path]),
    await runCulprit(['flame', path, '--renderer', 'collapsed']),
  ] as const;

describe('nothing that can be read', () => {
  const cases: [string, () => string | Promise<string>, RegExp][] = [
    ['a path that is not there', () => join(scratch, 'nowhere'), /does not exist/],
    ['an archive that is not there', () => join(scratch, 'nowhere.tgz'), /does not exist/],
    ['an empty folder', () => mkdtempSync(join(scratch, 'empty-')), /manifest/],
    ['an empty file', () => file('a.cpuprofile', ''), /not a recording/],
    ['an empty archive', () => file('a.tgz', ''), /archive|recording|manifest/],
    [
      'random bytes',
      () => file('a.cpuprofile', Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 31 + 7) % 256))),
      /not a recording/,
    ],
    [
      'random bytes as an archive',
      () => file('a.tgz', Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 31 + 7) % 256))),
      /archive|recording|manifest/,
    ],
    ['a JSON array', () => file('a.cpuprofile', '[1, 2, 3]'), /not a recording/],
    ['a JSON number', () => file('a.json', '42'), /not a recording/],
    ['null', () => file('a.json', 'null'), /not a recording/],
    ['an object of another kind', () => file('package.json', '{"name":"x"}'), /not a recording/],
    ['a CPU profile cut short', () => file('a.cpuprofile', cpuProfile().slice(0, 900)), /JSON/],
    ['JSON nested too deep', () => file('a.cpuprofile', '['.repeat(1e5) + ']'.repeat(1e5)), /./],
    ['a device', () => '/dev/null', /./],
    [
      'a manifest of a future version',
      () => damaged((dir) => editManifest(dir, (m) => Object.assign(m, { formatVersion: 99 }))),
      /99/,
    ],
    [
      'a manifest of another format',
      () => damaged((dir) => editManifest(dir, (m) => Object.assign(m, { format: 'x' }))),
      /not the manifest/,
    ],
    [
      'a manifest that is null',
      () => damaged((dir) => writeFileSync(join(dir, 'manifest.json'), 'null')),
      /not the manifest/,
    ],
    [
      'a manifest without a target',
      () => damaged((dir) => editManifest(dir, (m) => delete m.target)),
      /damaged/,
    ],
    ['a manifest cut short', () => damaged((dir) => truncateSync(join(dir, 'manifest.json'), 100)), /JSON/],
    [
      'a manifest that points out of the recording',
      () =>
        damaged((dir) =>
          editManifest(dir, (m) =>
            Object.assign(m, { files: [{ kind: 'cpu-profile', thread: 0, path: '../../../etc/passwd' }] }),
          ),
        ),
      /damaged/,
    ],
    [
      'a manifest whose file is ".."',
      () =>
        damaged((dir) =>
          editManifest(dir, (m) =>
            Object.assign(m, { files: [{ kind: 'cpu-profile', thread: 0, path: '..' }] }),
          ),
        ),
      /./,
    ],
  ];

  test.concurrent.each(cases)('%s', async (what, create, words) => {
    const [analyzed, flamed] = await both(await create());
    if (what.includes('".."')) return expectRefusalOrReport(analyzed);
    expectRefusal(analyzed, words);
    expectRefusal(flamed, words);
  });

  test.concurrent('an archive cut short, at any place', async () => {
    const { length } = readFileSync(archive);
    for (const part of [0.02, 0.3, 0.7, 0.99]) {
      const path = join(scratch, `cut-${part}.tgz`);
      copyFileSync(archive, path);
      truncateSync(path, Math.floor(length * part));
      const result = await runCulprit(['analyze', path, '--json', '-']);
      // Where its manifest did not arrive there is nothing to read.
      if (result.code !== 0) expectRefusal(result, /manifest\.json/);
      else {
        expect(wentWrongInside(result)).toBeNull();
        expect(reportOf(result).warnings.map(({ code }) => code)).toContain('archive-cut');
        expect(reportOf(result).verdict).not.toBe('healthy');
      }
    }
  });

  test.concurrent('an archive with a link out of it reads nothing from there', async () => {
    const dir = join(scratch, 'linked');
    mkdirSync(dir);
    const { symlinkSync } = await import('node:fs');
    const inner = join(dir, 'recording');
    cpSync(recording, inner, { recursive: true });
    const target = cpuProfileOf(inner);
    const secret = file(
      'secret.json',
      cpuProfile((p) =>
        Object.assign((p.nodes as { callFrame: object }[])[1]!.callFrame, { functionName: 'fromOutside' }),
      ),
    );
    rmSync(target);
    symlinkSync(secret, target);
    const path = join(scratch, 'linked.tgz');
    await create({ gzip: true, cwd: dir, file: path }, ['recording']);
    const result = await runCulprit(['analyze', path]);
    expectRefusalOrReport(result);
    expect(`${result.stdout}${result.stderr}`).not.toContain('fromOutside');
  });

  test.concurrent('a good archive still reads', async () => {
    const result = await runCulprit(['analyze', archive, '--json', '-']);
    expect(wentWrongInside(result)).toBeNull();
    expect(reportOf(result).findings[0]?.subject.function).toBe('work');
  });
});

describe('a recording with a damaged part', () => {
  const cases: [string, (dir: string) => void][] = [
    [
      'samples that end in half a line',
      (dir) => truncateSync(join(dir, 'samples.jsonl'), readFileSync(join(dir, 'samples.jsonl')).length - 25),
    ],
    [
      'samples with garbage lines',
      (dir) =>
        writeFileSync(
          join(dir, 'samples.jsonl'),
          'x\n{"type":"nothing"}\n[]\nnull\n{"type":"runtime","atMillis":1e400}\n',
        ),
    ],
    ['no samples', (dir) => rmSync(join(dir, 'samples.jsonl'))],
    ['no sources', (dir) => rmSync(join(dir, 'sources.json'))],
    [
      'sources of another shape',
      (dir) => writeFileSync(join(dir, 'sources.json'), '{"scripts":[],"lines":7}'),
    ],
    ['a heap profile that is missing', (dir) => rmSync(heapProfileOf(dir))],
    ['a heap profile cut short', (dir) => truncateSync(heapProfileOf(dir), 200)],
    ['a CPU profile cut short', (dir) => truncateSync(cpuProfileOf(dir), 200)],
  ];
  test.concurrent.each(cases)('%s is analysed with a warning', async (_what, damage) => {
    const result = await runCulprit(['analyze', damaged(damage), '--json', '-']);
    expect(wentWrongInside(result)).toBeNull();
    expect(result.code, result.stderr).toBe(0);
    expect(reportOf(result).warnings).not.toEqual([]);
  });

  const wrongLines = [
    {
      type: 'runtime',
      atMillis: 1,
      thread: 'x',
      heapUsedBytes: 'much',
      gc: 7,
      resources: [1],
      eventLoopDelayMillis: null,
    },
    {
      type: 'runtime',
      atMillis: 2,
      thread: 0,
      gc: { count: 'a' },
      resources: { Timeout: 'b' },
      utilization: {},
    },
    { type: 'passive', atMillis: 1, fds: 'no', sockets: { a: 1 }, cgroup: 'none', rssBytes: [] },
    { type: 'passive', atMillis: 2, fds: [null, 1, {}], sockets: [null, {}, 7], children: [null] },
    {
      type: 'async',
      atMillis: 1,
      thread: 0,
      sites: [null, { frames: null }, { type: 7, frames: [[7, 7, 'x']] }],
      seen: null,
    },
    { type: 'async', atMillis: 2 },
    {
      type: 'collections',
      atMillis: 1,
      growing: [null, { sizes: null, insertions: 'x' }, { type: 'Map', sizes: [{}] }],
    },
    { type: 'collections', atMillis: 2 },
  ];
  test.concurrent.each(wrongLines.map((line) => [JSON.stringify(line), line] as const))(
    'sample lines whose fields have wrong types: %s',
    async (_text, line) => {
      const path = damaged((dir) =>
        writeFileSync(join(dir, 'samples.jsonl'), `${JSON.stringify(line)}\n`.repeat(12)),
      );
      expectRefusalOrReport(await runCulprit(['analyze', path]));
    },
  );

  test.concurrent('sample lines with huge and negative numbers', async () => {
    const path = damaged((dir) => {
      const lines = [1e300, -1e300, 0, Number.MAX_SAFE_INTEGER].flatMap((n, i) => [
        {
          type: 'runtime',
          atMillis: i * 1_000,
          thread: 0,
          afterGc: true,
          heapUsedBytes: n,
          heapLimitBytes: n,
          rssBytes: n,
          resources: { Timeout: n },
        },
        { type: 'passive', atMillis: i * 1_000, rssBytes: n, fdSoftLimit: n, fdCount: n },
      ]);
      writeFileSync(join(dir, 'samples.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
    });
    expectRefusalOrReport(await runCulprit(['analyze', path]));
  });
});

describe('a hostile profile', () => {
  type Nodes = { callFrame: object }[];
  const withProfile = (change: object) => () => cpuProfile((profile) => Object.assign(profile, change));
  const withNode = (at: number, change: object) => () =>
    cpuProfile((profile) => Object.assign((profile.nodes as Nodes)[at]!, change));
  const withFrame = (change: object) => () =>
    cpuProfile((profile) => Object.assign((profile.nodes as Nodes)[1]!.callFrame, change));
  const deepNodes = Array.from({ length: 1e5 }, (_, i) => ({
    id: i + 1,
    callFrame: callFrame(i === 0 ? '(root)' : `f${i % 5}`),
    hitCount: 0,
    children: i < 1e5 - 1 ? [i + 2] : [],
  }));

  const cases: [string, () => string][] = [
    ['a node that is its own child', withNode(1, { children: [2] })],
    ['a cycle', withNode(1, { children: [1] })],
    ['two parents', withNode(0, { children: [2, 2] })],
    ['ids that are twice', withNode(1, { id: 1 })],
    ['children that are not there', withNode(1, { children: [77, -1, 'x', null] })],
    ['samples of nodes that are not there', withProfile({ samples: new Array(6_000).fill(99) })],
    [
      'huge numbers',
      withProfile({ startTime: -1e300, endTime: 1e300, timeDeltas: new Array(6_000).fill(1e300) }),
    ],
    ['negative times', withProfile({ timeDeltas: new Array(6_000).fill(-1_000) })],
    ['huge ids and lines', withFrame({ lineNumber: 1e300, columnNumber: -5 })],
    ['hits of a wrong type', withNode(1, { hitCount: { a: 1 } })],
    ['nodes that are null', withProfile({ nodes: [null, null] })],
    ['no nodes', withProfile({ nodes: [] })],
    ['no samples', withProfile({ samples: [], timeDeltas: [] })],
    ['more samples than times', withProfile({ timeDeltas: [1] })],
    ['a call frame that is missing', withNode(1, { callFrame: undefined })],
    [
      'position ticks of wrong types',
      withNode(1, { positionTicks: [null, 7, { line: 'x', ticks: -1 }, { line: 1e300 }] }),
    ],
    ['names of other types', withFrame({ functionName: { toString: 1 }, url: ['x'] })],
    ['names that are prototype keys', withFrame({ functionName: '__proto__', url: 'constructor' })],
    ['a URL into /proc', withFrame({ url: 'file:///proc/self/environ' })],
    ['a URL with a broken escape', withFrame({ url: 'file:///%zz/%00/app.js' })],
    ['a URL with a host', withFrame({ url: 'file://example.invalid/app.js' })],
    ['a URL that is a device', withFrame({ url: 'file:///dev/zero' })],
    ['a name of a million characters', withFrame({ functionName: 'a'.repeat(1e6) })],
    ['a call tree 100,000 deep', withProfile({ nodes: deepNodes, samples: new Array(6_000).fill(1e5) })],
    ['a heap profile with a tree 100,000 deep', () => heapProfile(1e5)],
    ['a heap profile with a head of null', () => '{"head":null}'],
    [
      'a heap profile with children that are no list',
      () =>
        JSON.stringify({ head: { callFrame: callFrame('(root)'), selfSize: -5, children: { length: 1e9 } } }),
    ],
    [
      'a diagnostic report with wrong types',
      () => '{"header":7,"javascriptHeap":[],"libuv":{"a":1},"resourceUsage":null,"userLimits":3}',
    ],
    ['a diagnostic report of nothing', () => '{"header":{},"javascriptHeap":{}}'],
    [
      'a diagnostic report of nulls',
      () => '{"header":null,"javascriptHeap":null,"libuv":[null,1,{"type":"tcp","remoteEndpoint":{}}]}',
    ],
  ];

  function heapProfile(depth: number): string {
    const open = `{"callFrame":${JSON.stringify(callFrame('f'))},"selfSize":10,"id":1,"children":[`;
    return `{"head":${open.repeat(depth)}${']}'.repeat(depth)},"samples":[]}`;
  }

  test.concurrent.each(cases)('%s', async (what, create) => {
    const path = file('a.cpuprofile', create());
    const analyzed = await runCulprit(['analyze', path]);
    expectRefusalOrReport(analyzed);
    expect(`${analyzed.stdout}${analyzed.stderr}`.length, what).toBeLessThan(100_000);
    for (const renderer of ['collapsed', 'speedscope-json']) {
      const flamed = await runCulprit(['flame', path, '--renderer', renderer]);
      expect(wentWrongInside(flamed), renderer).toBeNull();
      expect([0, 2], flamed.stderr).toContain(flamed.code);
      if (flamed.code === 2) expect(flamed.stdout).toBe('');
    }
  });

  const EVIL =
    '</script><script>alert(1)</script>\u001b[31m\u001b]0;owned\u0007\u009b2J\r\n\u202eevil\u0000<img src=x onerror=alert(2)>';
  const evilProfile = withFrame({ functionName: EVIL, url: `file:///srv/${EVIL}.js` });

  test.concurrent('escape codes in names do not reach the terminal', async () => {
    const path = file(`a.cpuprofile`, evilProfile());
    for (const env of [{ NO_COLOR: '1', FORCE_COLOR: '' }]) {
      const result = await runCulprit(['analyze', path], { env });
      expect(wentWrongInside(result)).toBeNull();
      expect(result.code, result.stderr).toBe(0);
      expect(result.stdout).toContain('evil');
      expectPlainText(result.stdout);
    }
    const [, collapsed] = await both(path);
    expectPlainText(collapsed.stdout);
    const json = await runCulprit(['analyze', path, '--json', '-']);
    expect(json.stdout).not.toContain('\u001b');
    reportOf(json);
  });

  test.concurrent('escape codes in a file name and in a broken manifest do not reach the terminal', async () => {
    expectPlainText((await runCulprit(['analyze', `${scratch}/\u001b[31mred`])).stderr);
    const path = damaged((dir) =>
      editManifest(dir, (m) => Object.assign(m, { format: EVIL, [EVIL]: 1, files: EVIL })),
    );
    expectRefusal(await runCulprit(['analyze', path]));
    const titled = damaged((dir) =>
      editManifest(dir, (m) => {
        Object.assign(m.target!, {
          title: EVIL,
          threads: [{ id: 0, name: EVIL }],
          cwd: EVIL,
          nodeVersion: EVIL,
        });
        Object.assign(m.capture!, {
          warnings: [{ code: 'snapshot-failed', reason: EVIL }],
          steps: [EVIL],
          startedAt: EVIL,
        });
      }),
    );
    const result = await runCulprit(['analyze', titled]);
    expect(wentWrongInside(result)).toBeNull();
    expectPlainText(result.stdout);
  });

  test.concurrent.each(['speedscope', '0x'])(
    'a <script> in a name stays text in the HTML of %s',
    async (renderer) => {
      const path = file('a.cpuprofile', evilProfile());
      const out = join(scratch, `evil-${renderer}.html`);
      const result = await runCulprit(['flame', path, '--renderer', renderer, '-o', out]);
      expect(wentWrongInside(result)).toBeNull();
      expect(result.code, result.stderr).toBe(0);
      const html = readFileSync(out, 'utf8');
      expect(html).not.toContain('<script>alert(1)');
      expect(html).not.toContain('<img src=x');
      expect(existsSync(`${out}.partial`)).toBe(false);
    },
  );
});
