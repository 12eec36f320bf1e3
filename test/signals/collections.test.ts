// What the census and its later reads turn into: collections by name and place, objects by class, code that compiles.
import { describe, expect, test } from 'vitest';
import { OWN_URL } from '../support/build-profile.ts';
import { decode, type LineOf } from '../support/decode-lines.ts';
import { checkEach } from '../support/known-defects.ts';

const census = (
  thread: number,
  atMillis: number,
  classes: [string, number][],
  cut = false,
): LineOf<'census'> => ({
  type: 'census',
  thread,
  atMillis,
  scanned: 1_000,
  tracked: 0,
  cut,
  classes,
});

const closures = (
  name: string,
  frame: LineOf<'closures'>['closures'][number]['frame'],
): LineOf<'closures'> => ({
  type: 'closures',
  thread: 0,
  atMillis: 10,
  closures: [{ class: name, frame }],
});

describe('collections', () => {
  const growing = (
    overrides: Partial<LineOf<'collections'>['growing'][number]> = {},
  ): LineOf<'collections'>['growing'][number] => ({
    id: 7,
    type: 'Map',
    className: 'Map',
    sizes: [{ atMillis: 1, entries: 5 }],
    newestEntry: 'string',
    insertions: [
      [
        ['trap', OWN_URL, 1, 1],
        ['remember', '/app/src/session.js', 11, 2],
      ],
    ],
    ...overrides,
  });

  test('are those of the last read of each thread', () => {
    const reads: LineOf<'collections'>[] = [
      { type: 'collections', thread: 0, atMillis: 1, growing: [growing(), growing()] },
      { type: 'collections', thread: 0, atMillis: 2, growing: [growing()] },
      { type: 'collections', thread: 2, atMillis: 1, growing: [growing()] },
    ];
    expect(decode(reads).collections.map(({ thread }) => thread)).toEqual([0, 2]);
  });

  const LINES: [LineOf<'collections'>['growing'][number]['type'], string, string | null][] = [
    ['Map', 'sessions.set(id, session)', 'sessions'],
    ['Set', 'this.cache.add(key);', 'this.cache'],
    ['Set', '$seen.add(x)', '$seen'],
    ['Array', 'byUser[id]?.push(event)', 'byUser[id]'],
    ['Map', 'return insert(x);', null],
    ['Object', 'this.byId[order.id] = order;', 'this.byId'],
    ['Object', 'cache[keyOf(a[0])] ??= load(a)', 'cache'],
    ['Object', 'Object.assign(registry, part)', 'registry'],
    ['Object', 'if (cache[key] === value) return', null],
    ['EventEmitter', "bus.on('order', follow)", 'bus'],
    ['EventEmitter', "req.app.events.once('close', () => {", 'req.app.events'],
    ['EventTarget', "shutdown.signal.addEventListener('abort', stop)", 'shutdown.signal'],
  ];
  checkEach(
    LINES,
    ([type, text]) => `of type ${type} are named after what is added to in "${text}"`,
    ([type, text, holderName]) => {
      const script = {
        path: '/app/src/session.js',
        package: null,
        positions: { '11:2': ['/app/src/session.js', 12, 3] as [string, number, number] },
      };
      const sources = {
        scripts: { '/app/src/session.js': script },
        lines: { '/app/src/session.js:12': text },
      };
      const reads: LineOf<'collections'>[] = [
        { type: 'collections', thread: 0, atMillis: 1, growing: [growing({ type })] },
      ];
      const [found] = decode(reads, sources).collections;
      expect(found!.holderName).toBe(holderName);
      expect(found!.insertions[0]!.map(({ functionName }) => functionName)).toEqual(['remember']);
    },
  );
});

test('objects are counted by class over all whole censuses of a thread', () => {
  const censuses = [
    census(0, 8_000, [
      ['Promise', 10],
      ['Session', 5],
    ]),
    census(0, 20_000, [['Promise', 40]]),
    census(0, 25_000, [['Promise', 3]], true),
    census(1, 9_000, [['Promise', 1]]),
  ];
  expect(decode(censuses).classes).toEqual([
    {
      thread: 0,
      name: 'Promise',
      counts: [
        { atMillis: 8_000, objects: 10 },
        { atMillis: 20_000, objects: 40 },
      ],
    },
    { thread: 0, name: 'Session', counts: [{ atMillis: 8_000, objects: 5 }] },
    { thread: 1, name: 'Promise', counts: [{ atMillis: 9_000, objects: 1 }] },
  ]);
});

test('compilations keep the stack that asked for them, and how long was watched', () => {
  const watches: LineOf<'compilations'>[] = [
    {
      type: 'compilations',
      thread: 0,
      atMillis: 1,
      scripts: 6,
      millis: 300,
      sites: [{ frames: [['render', '/app/src/page.js', 4, 2]], count: 6 }],
    },
  ];
  const [site] = decode(watches).compileSites;
  expect(site).toMatchObject({ thread: 0, scripts: 6, watchedMillis: 300 });
  expect(site!.frames.map(({ functionName, line }) => [functionName, line])).toEqual([['render', 5]]);
});

describe('closures that accumulate', () => {
  const censuses = [
    census(0, 1, [['function serve#90', 40]]),
    census(0, 9, [['function serve#90', 400]]),
    census(2, 9, [['function serve#90', 7]]),
  ];
  const at = ['serve', '/app/src/server.js', 11, 4];

  test('are told with their place and with the counts of their class in their thread', () => {
    const located = closures('function serve#90', at);
    expect(decode([...censuses, located]).closures).toEqual([
      {
        thread: 0,
        frame: expect.objectContaining({ functionName: 'serve', file: 'src/server.js', line: 12, column: 5 }),
        counts: [
          { atMillis: 1, objects: 40 },
          { atMillis: 9, objects: 400 },
        ],
        chained: 0,
      },
    ]);
  });

  test.each<[string, string, string]>([
    ['no name', 'function#90', '(anonymous)'],
    ['a name with a #', 'function a#b#90', 'a#b'],
    ['a name with a line break', 'function a\nb#90', 'a\nb'],
  ])('may have %s', (_what, name, functionName) => {
    const located = closures(name, at);
    const [found] = decode([...censuses, located]).closures;
    expect(found!.frame.functionName).toBe(functionName);
    expect(found!.counts).toEqual([]);
  });

  test('are named in short where their name is a megabyte', () => {
    const name = `function ${'x'.repeat(2 ** 20)}#90`;
    const [found] = decode([...censuses, closures(name, at)]).closures;
    expect(found!.frame.functionName).toMatch(/^x{50,2000}/);
    expect(found!.frame.functionName.length).toBeLessThan(5_000);
  });

  test('at a place that is none are at no line', () => {
    const located = closures('function f#1', [null, null, 'x', -7]);
    const [found] = decode([...censuses, located]).closures;
    expect([found!.frame.file, found!.frame.line]).toEqual([null, null]);
  });
});
