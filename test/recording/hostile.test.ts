// biome-ignore-all lint/suspicious/noExplicitAny: what is read may have any shape.
// Whatever is read ends in a report or in an error of ours: never in another exception.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { diagnose } from '../../src/diagnose.ts';
import { RecordingError, UsageError } from '../../src/errors.ts';
import { packRecording } from '../../src/recording/archive.ts';
import { readAnything } from '../../src/recording/foreign.ts';
import { renderJson } from '../../src/report/json.ts';
import { useTempFolder, writeRecording } from '../support/build-recording.ts';
import { reportErrors } from '../support/json-schemas.ts';
import { check, checkEach } from '../support/known-defects.ts';
import { seededRandom } from '../support/shapes.ts';

const temp = useTempFolder();

/** "report", "refused", or what went wrong. */
async function outcomeOf(path: string): Promise<string> {
  try {
    const json = renderJson(diagnose(await readAnything(path)));
    const errors = reportErrors(JSON.parse(json));
    return errors.length === 0 ? 'report' : `not the schema: ${errors.join(', ')}`;
  } catch (error) {
    if (error instanceof RecordingError || error instanceof UsageError) return 'refused';
    return (error as Error).stack?.split('\n').slice(0, 3).join(' ') ?? String(error);
  }
}

const isFine = (outcome: string) => outcome === 'report' || outcome === 'refused';

/** One to four changes: a bit, a byte, a lost or a doubled part, a number made huge. */
function mutate(bytes: Buffer, random: () => number): Buffer {
  let result = Buffer.from(bytes);
  const at = () => Math.floor(random() * result.length);
  for (let n = Math.ceil(random() * 4); n > 0 && result.length > 4; n--) {
    const [from, to] = [at(), at()].sort((a, b) => a - b) as [number, number];
    const end = Math.min(to, from + 200);
    switch (Math.floor(random() * 6)) {
      case 0:
        result[from] = result[from]! ^ (1 << Math.floor(random() * 8));
        break;
      case 1:
        result[from] = Math.floor(random() * 256);
        break;
      case 2:
        result = Buffer.concat([result.subarray(0, from), result.subarray(end)]);
        break;
      case 3:
        result = Buffer.concat([result.subarray(0, end), result.subarray(from)]);
        break;
      case 4:
        result = result.subarray(0, from);
        break;
      default:
        result = Buffer.from(swapValue(result.toString('latin1'), from, random), 'latin1');
    }
  }
  return result;
}

const VALUES = [
  '1e308',
  '-1',
  'null',
  '[]',
  '{}',
  '"constructor"',
  '"__proto__"',
  '1.5',
  '"</script>"',
  'true',
  '9007199254740993',
];

/** Puts another JSON value in the place of the first one after `from`: what gets past the parser. */
function swapValue(text: string, from: number, random: () => number): string {
  const value = VALUES[Math.floor(random() * VALUES.length)]!;
  const found = /(?<=[:,[])(?:-?\d[\d.e+-]*|"[^"\\]*"(?!:)|true|false|null|\[\]|\{\})(?=[,}\]])/g;
  found.lastIndex = from;
  const match = found.exec(text);
  return match ? text.slice(0, match.index) + value + text.slice(match.index + match[0].length) : text;
}

/** Puts a strange value at a random place of a JSON text: well-formed, and wrong. */
function misfit(text: string, random: () => number): string {
  const root = JSON.parse(text);
  let at = root;
  for (;;) {
    const keys = typeof at === 'object' && at !== null ? Object.keys(at) : [];
    if (keys.length === 0) return text;
    const key = keys[Math.floor(random() * keys.length)]!;
    if (random() < 0.4 || typeof at[key] !== 'object') {
      at[key] = JSON.parse(VALUES[Math.floor(random() * VALUES.length)]!);
      return JSON.stringify(root);
    }
    at = at[key];
  }
}

function misfitIn(file: string, text: string, random: () => number): string {
  if (!file.endsWith('.jsonl')) return misfit(text, random);
  const lines = text.trimEnd().split('\n');
  for (let n = 0; n < 5; n++) {
    const at = Math.floor(random() * lines.length);
    lines[at] = misfit(lines[at]!, random);
  }
  return lines.join('\n');
}

const FILES = ['manifest.json', 'samples.jsonl', 'sources.json', 'main.cpuprofile', 'main-3.heapprofile'];

describe('a recording with wrong values ends in a report or a refusal:', () => {
  checkEach(
    FILES,
    (file) => `wrong values in ${file}`,
    async (file) => {
      const dir = await writeRecording(temp());
      const path = join(dir, file);
      const whole = readFileSync(path, 'utf8');
      const random = seededRandom(file.length * 2_003);
      const wrong = new Set<string>();
      for (let round = 0; round < 60; round++) {
        writeFileSync(path, misfitIn(file, whole, random));
        const outcome = await outcomeOf(dir);
        if (!isFine(outcome)) wrong.add(outcome);
      }
      expect([...wrong]).toEqual([]);
    },
    60_000,
  );
});

describe('a recording whose bytes were changed at random ends in a report or a refusal:', () => {
  checkEach(
    FILES,
    (file) => `changed bytes in ${file}`,
    async (file) => {
      const dir = await writeRecording(temp());
      const path = join(dir, file);
      const whole = readFileSync(path);
      const random = seededRandom(file.length * 1_009);
      const wrong = new Map<string, number>();
      for (let round = 0; round < 60; round++) {
        writeFileSync(path, mutate(whole, random));
        const outcome = await outcomeOf(dir);
        if (!isFine(outcome)) wrong.set(outcome, round);
      }
      expect([...wrong.keys()]).toEqual([]);
    },
    60_000,
  );

  check(
    'changed bytes in a .tgz',
    async () => {
      const dir = await writeRecording(temp());
      await packRecording(dir, `${dir}.tgz`);
      const whole = readFileSync(`${dir}.tgz`);
      const random = seededRandom(5);
      for (let round = 0; round < 40; round++) {
        writeFileSync(`${dir}.tgz`, mutate(whole, random));
        expect(await outcomeOf(`${dir}.tgz`)).toMatch(/^(report|refused)$/);
      }
    },
    60_000,
  );
});

describe('lines made to do harm are left out or refused:', () => {
  const LINES: [string, string][] = [
    ['an async line without sites', '{"type":"async","thread":0,"atMillis":1}'],
    [
      'async sites that are no list',
      '{"type":"async","thread":0,"atMillis":1,"seen":{},"onMillis":1,"coverage":1,"sites":7}',
    ],
    [
      'an async site without frames',
      '{"type":"async","thread":0,"atMillis":1,"seen":{},"onMillis":1,"coverage":1,"sites":[{"type":"Timeout"}]}',
    ],
    [
      'frames that are no stack',
      '{"type":"async","thread":0,"atMillis":1,"seen":null,"onMillis":1,"coverage":1,"sites":[{"type":"Timeout","frames":[7]}]}',
    ],
    ['a collections line without collections', '{"type":"collections","thread":0,"atMillis":1}'],
    [
      'a collection without sizes',
      '{"type":"collections","thread":0,"atMillis":1,"growing":[{"type":"Map","insertions":[]}]}',
    ],
    ['descriptors that are no list', '{"type":"passive","atMillis":1,"fds":5}'],
    ['sockets that are null', '{"type":"passive","atMillis":1,"sockets":[null]}'],
    ['children that are texts', '{"type":"passive","atMillis":1,"children":["x"]}'],
    ['counts that are texts', '{"type":"passive","atMillis":1,"fdCount":"many","fdSoftLimit":"few"}'],
    ['a cgroup that is a number', '{"type":"passive","atMillis":1,"cgroup":5}'],
    [
      'collections of garbage that are a text',
      '{"type":"runtime","thread":0,"atMillis":1,"afterGc":true,"gc":"much"}',
    ],
    [
      'a heap of the wrong kind',
      '{"type":"runtime","thread":0,"atMillis":1,"afterGc":true,"heapUsedBytes":"huge","heapLimitBytes":{}}',
    ],
    [
      'delays of the wrong kind',
      '{"type":"runtime","thread":0,"atMillis":1,"afterGc":false,"eventLoopDelayMillis":{"p50":"x"}}',
    ],
    ['no thread', '{"type":"runtime","atMillis":1,"afterGc":true}'],
    [
      'a census without classes',
      '{"type":"census","thread":0,"atMillis":1,"scanned":1,"tracked":1,"cut":false}',
    ],
    [
      'a census of objects that are no number',
      '{"type":"census","thread":0,"atMillis":1,"scanned":1,"tracked":1,"cut":false,"classes":[["A","many"],["B"],7]}',
    ],
    ['compilations without sites', '{"type":"compilations","thread":0,"atMillis":1,"millis":3,"scripts":2}'],
    [
      'compilations at no place',
      '{"type":"compilations","thread":0,"atMillis":1,"millis":0,"scripts":2,"sites":[{"frames":[],"count":2}]}',
    ],
    [
      'compilations in no time',
      '{"type":"compilations","thread":0,"atMillis":1,"millis":0,"scripts":9,"sites":[{"frames":[["f","/app/a.js",1,1]],"count":9}]}',
    ],
    [
      'closures without places',
      '{"type":"closures","thread":0,"atMillis":1,"closures":[{"class":"function f#1"}]}',
    ],
    [
      'closures at a strange place',
      '{"type":"closures","thread":0,"atMillis":1,"closures":[{"class":"x","frame":[null,null,"a",-1]}]}',
    ],
    ['closures that are a text', '{"type":"closures","thread":0,"atMillis":1,"closures":"all"}'],
    ['a snapshot without suspects', '{"type":"snapshot","thread":0,"atMillis":1,"path":"a","millis":1}'],
    [
      'a snapshot that is not there',
      '{"type":"snapshot","thread":0,"atMillis":1,"path":"../../etc/passwd","millis":1,"suspects":[{"collection":0,"node":1}]}',
    ],
    [
      'suspects that are no numbers',
      '{"type":"snapshot","thread":0,"atMillis":1,"path":"a","millis":1,"suspects":[{"collection":"x","node":null}]}',
    ],
  ];
  checkEach(
    LINES,
    ([title]) => title,
    async ([, line]) => {
      const dir = await writeRecording(temp());
      const path = join(dir, 'samples.jsonl');
      writeFileSync(path, `${line}\n${readFileSync(path, 'utf8')}${line}\n`);
      expect(await outcomeOf(dir)).toBe('report');
    },
  );
});

describe('numbers that no process has do not break the report:', () => {
  const withManifest = async (change: (manifest: any) => void) => {
    const dir = await writeRecording(temp());
    const path = join(dir, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    change(manifest);
    writeFileSync(path, JSON.stringify(manifest));
    return outcomeOf(dir);
  };
  const CHANGES: [string, (manifest: any) => void][] = [
    [
      'a negative duration',
      (m) => {
        m.capture.durationMillis = -5;
      },
    ],
    [
      'half a pid',
      (m) => {
        m.target.pid = 1.5;
      },
    ],
    [
      'a negative thread',
      (m) => {
        m.target.threads = [{ id: -1, name: 'x' }];
      },
    ],
    [
      'a negative pause',
      (m) => {
        m.capture.pausesMillis = [-1];
      },
    ],
    [
      'a negative age',
      (m) => {
        m.target.uptimeSeconds = -1;
      },
    ],
    [
      'half a descriptor of ours',
      (m) => {
        m.capture.ownFds = 0.5;
      },
    ],
  ];
  checkEach(
    CHANGES,
    ([title]) => title,
    async ([, change]) => {
      expect(await withManifest(change)).toMatch(/^(report|refused)$/);
    },
  );

  const ROOT = { functionName: '(root)', url: '', lineNumber: -1, columnNumber: -1 };

  check('a root that is code itself', async () => {
    const path = join(temp(), 'a.cpuprofile');
    writeFileSync(
      path,
      JSON.stringify({
        nodes: [
          {
            id: 1,
            callFrame: { functionName: 'main', url: '/a.js', lineNumber: 1, columnNumber: 1 },
            hitCount: 5_000,
          },
        ],
      }),
    );
    expect(await outcomeOf(path)).toBe('report');
  });

  check(
    'a thousand entries of one file',
    async () => {
      const manifest = (m: any) => {
        m.files = Array(1_000).fill(m.files.at(-1));
      };
      expect(await withManifest(manifest)).toMatch(/^(report|refused)$/);
    },
    60_000,
  );

  check('more hits than can be counted', async () => {
    const path = join(temp(), 'a.cpuprofile');
    const frame = (functionName: string) => ({
      functionName,
      url: '/app/a.js',
      lineNumber: 1,
      columnNumber: 1,
    });
    writeFileSync(
      path,
      JSON.stringify({
        nodes: [
          { id: 1, callFrame: ROOT, children: [2, 3] },
          { id: 2, callFrame: frame('a'), hitCount: 1e308 },
          { id: 3, callFrame: frame('b'), hitCount: 1e308 },
        ],
      }),
    );
    expect(await outcomeOf(path)).toMatch(/^(report|refused)$/);
  });

  check('150,000 samples', async () => {
    const dir = await writeRecording(temp());
    writeFileSync(join(dir, 'samples.jsonl'), '{"type":"passive","atMillis":1}\n'.repeat(150_000));
    expect(await outcomeOf(dir)).toBe('report');
  });

  check(
    'a node with 150,000 children',
    async () => {
      const path = join(temp(), 'a.cpuprofile');
      const count = 150_000;
      const children = Array.from({ length: count }, (_, i) => i + 2);
      const nodes = [
        { id: 1, callFrame: ROOT, children },
        ...children.map((id) => ({ id, callFrame: { functionName: 'f', url: '/a.js', lineNumber: id } })),
      ];
      writeFileSync(path, JSON.stringify({ nodes, samples: [2, 3], timeDeltas: [0, 5_000_000] }));
      expect(await outcomeOf(path)).toBe('report');
    },
    60_000,
  );

  check('20,000 levels that each took time', async () => {
    const path = join(temp(), 'a.cpuprofile');
    const count = 20_000;
    const nodes = Array.from({ length: count }, (_, i) => ({
      id: i + 1,
      callFrame: i === 0 ? ROOT : { functionName: 'f', url: '/a.js', lineNumber: i },
      children: i + 1 < count ? [i + 2] : [],
    }));
    writeFileSync(
      path,
      JSON.stringify({ nodes, samples: nodes.map(({ id }) => id), timeDeltas: nodes.map(() => 1_000) }),
    );
    expect(await outcomeOf(path)).toMatch(/^(report|refused)$/);
  });
});
