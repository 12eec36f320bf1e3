// CPU time that goes to packages: one that several places call for a little each, and what is advised where nobody can change
// the code that takes it.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import { asyncSite, buildObservations, change, cpu, gc, type Habit } from '../support/build-observations.ts';
import type { Slice } from '../support/build-profile.ts';

const findingsOf = (...habits: Habit[]) => judge(gatherFacts(buildObservations(...habits))).findings;

const ROUTE = 'parserOnIncoming@node:_http_server:1100 > next@/app/node_modules/express/router.js:5';
const RENDER = 'render@/app/node_modules/express/app.js:90 > compile@/app/node_modules/pug/index.js:4';
const LEX = 'lex@/app/node_modules/pug-lexer/index.js:9';
const PARSE = 'parse@/app/node_modules/pug-parser/index.js:9';
const page = (handler: string, millis: number): Slice[] => [
  [`${ROUTE} > ${handler} > ${RENDER} > ${LEX}`, millis],
  [`${ROUTE} > ${handler} > ${RENDER} > ${PARSE}`, millis],
];

describe('a package that many places call for a little each', () => {
  const pages = (millis: number): Slice[] => [
    ...page('list@/app/src/pages.js:3', millis),
    ...page('show@/app/src/pages.js:9', millis),
    ...page('edit@/app/src/pages.js:15', millis),
  ];

  test('is named with what it takes altogether, and the places that call it', () => {
    const [finding, ...rest] = findingsOf(
      cpu([['(idle)', 12], ...pages(1), [`${ROUTE} > log@/app/src/log.js:3`, 1]]),
    );
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'cpu-hotspot',
      subject: { function: 'list', file: 'src/pages.js', line: 3 },
    });
    expect(finding!.title).toBe(
      'pug takes 32% of a core, called from 3 places, the first of them src/pages.js:3, list',
    );
    expect(finding!.evidence[0]!.statement).toBe(
      '32% of wall time and 86% of the busy time of main goes through express > pug, from src/pages.js:3, list (11%), src/pages.js:9, show (11%), src/pages.js:15, edit (11%)',
    );
    expect(finding!.advice).toEqual([
      'pug runs `compile` for each request: prepare once, at start or for each kind of input, and keep the result. Check whether it has a cache that is switched off (many packages cache only with NODE_ENV=production).',
    ]);
  });

  test.each<[string, Slice[]]>([
    ['it takes a fifth of a core', [['(idle)', 24], ...pages(1)]],
    [
      'as much goes elsewhere',
      [['(idle)', 6], ...pages(1), [`${ROUTE} > a@/app/src/a.js:3`, 2.5], ['writev@node:net:8', 4]],
    ],
    [
      'it is the framework',
      [
        ['(idle)', 6],
        ...['list@/app/src/pages.js:3', 'show@/app/src/pages.js:9', 'edit@/app/src/pages.js:15'].map(
          (handler): Slice => [`${ROUTE} > ${handler} > json@/app/node_modules/express/response.js:9`, 2],
        ),
      ],
    ],
  ])('is not named where %s', (_, turn) => {
    expect(findingsOf(cpu(turn)).map(({ title }) => title)).toEqual([]);
  });
});

describe('a package that works on after an await', () => {
  const RULES = '/app/node_modules/rules';
  const LATER = `processTicksAndRejections@node:internal/process/task_queues:104 > step@${RULES}/steps.js:4`;
  const later = (millis: number): Slice[] => [
    [`${LATER} > match@${RULES}/match.js:9`, millis],
    [`${LATER} > evaluate@/app/node_modules/expressions/index.js:3`, millis],
    [`${LATER} > merge@${RULES}/merge.js:30`, millis],
  ];
  const calls = asyncSite('PROMISE', `${ROUTE} > allow@/app/src/allow.js:7 > check@${RULES}/index.js:2`, {
    aliveShare: 0,
  });

  test('is named with all that it takes, and with the place that was seen to call it', () => {
    const [finding, ...rest] = findingsOf(cpu([['(idle)', 12], ...later(2)]), calls);
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'cpu-hotspot',
      title: 'rules takes 33% of a core, called from src/allow.js:7, allow',
      subject: { function: 'allow', file: 'src/allow.js', line: 7 },
      advice: [expect.stringMatching(/^See what rules is asked to do here each time/)],
      caveats: [expect.stringMatching(/^rules works there after an await or in a callback/)],
    });
    expect(finding!.evidence[0]!.statement).toBe(
      '33% of the time and 100% of the busy time of the thread main goes through rules, the largest part of it in node_modules/rules/match.js:9, match',
    );
  });

  test('has the garbage collection that it sets off as its own', () => {
    const collecting: Slice[] = [
      ['(idle)', 18],
      ...later(2),
      ['(garbage collector)', 4],
      [`${ROUTE} > list@/app/src/list.js:3`, 4],
    ];
    const [finding, ...rest] = findingsOf(gc(120), cpu(collecting), calls);
    expect(rest).toEqual([]);
    expect(finding!.title).toBe('rules takes 31% of a core, called from src/allow.js:7, allow');
    expect(finding!.evidence[0]!.statement).toMatch(/; 1[23]% is garbage collection that it sets off$/);
    expect(finding!.symptoms).toEqual(['garbage collection takes 12% of the time']);
  });

  test('is what allocates where garbage collection is the cause, and has its caller as the place', () => {
    const collecting: Slice[] = [
      ['(idle)', 30],
      ...later(2),
      ['(garbage collector)', 6],
      ['writev@node:net:8', 6],
    ];
    const [finding] = findingsOf(gc(250), cpu(collecting), calls).filter(
      ({ kind }) => kind === 'gc-pressure',
    );
    expect(finding).toMatchObject({ subject: { function: 'allow', file: 'src/allow.js', line: 7 } });
    expect(finding!.title).toMatch(
      /^Garbage collection takes 25% of the time, triggered by allocations in rules \(src/,
    );
    expect(finding!.advice[0]).toMatch(/^Have rules allocate less in src\/allow\.js:7, allow/);
  });

  test.each<[string, Habit[]]>([
    ['nobody was seen to call it', [cpu([['(idle)', 12], ...later(2)])]],
    ['it takes a fifth of a core', [cpu([['(idle)', 24], ...later(2)]), calls]],
    [
      'as much goes elsewhere',
      [cpu([['(idle)', 4], ...later(2), [ROUTE, 3], ['writev@node:net:8', 4]]), calls],
    ],
    [
      'it calls the application, as routers do',
      [cpu([['(idle)', 12], ...later(2), [`${LATER} > log@/app/src/log.js:3`, 2]]), calls],
    ],
  ])('is not named where %s', (_, habits) => {
    expect(findingsOf(...habits).map(({ title }) => title)).toEqual([]);
  });
});

describe('a function that has its work done by several others', () => {
  const PAGE = 'parserOnIncoming@node:_http_server:1100 > statement@/app/src/page.js:7';
  const ROW = '@/app/src/page.js:11';
  const AMOUNT = `${PAGE} > map > ${ROW} > amount@/app/src/format.js:2#3`;
  const DAY = `${PAGE} > map > ${ROW} > day@/app/src/format.js:6#7`;
  const texts = change((o) => {
    o.sourceLines = new Map([
      ['src/format.js:3', 'return (cents / 100).toLocaleString(language, { currency });'],
      ['src/format.js:7', 'return new Date(at).toLocaleDateString(language, options);'],
    ]);
  });

  test('is named with what they take together, and with what they do', () => {
    const [finding, ...rest] = findingsOf(
      cpu([
        ['(idle)', 65],
        [AMOUNT, 18],
        [DAY, 14],
        [`${PAGE} > map > ${ROW} > escape@/app/src/page.js:5`, 1],
        ['writev@node:net:8', 2],
      ]),
      texts,
    );
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'cpu-hotspot',
      subject: { function: 'amount', file: 'src/format.js' },
      advice: [
        'Create one Intl formatter for each locale and time zone, and reuse it: creating one costs far more than using it.',
      ],
    });
    expect(finding!.title).toBe(
      '`statement` takes 33% of a core with formatting by Intl, in 2 functions that it calls (src/page.js:7), the first of them src/format.js:2, amount',
    );
    expect(finding!.evidence[0]!.statement).toBe(
      '33% of the time and 94% of the busy time of the thread main is spent in src/page.js:7, statement and in what it calls: src/format.js:2, amount (18%), src/format.js:6, day (14%)',
    );
  });

  test.each<[string, Slice[]]>([
    [
      'they take a fifth of a core',
      [
        ['(idle)', 80],
        [AMOUNT, 12],
        [DAY, 8],
      ],
    ],
    [
      'as much goes elsewhere',
      [
        ['(idle)', 20],
        [AMOUNT, 18],
        [DAY, 14],
        ['writev@node:net:8', 48],
      ],
    ],
    [
      'it hands a little to each of many, as who routes requests',
      [
        ['(idle)', 60],
        ...Array.from({ length: 8 }, (_, i): Slice => [`${PAGE} > part${i}@/app/src/part${i}.js:3`, 5]),
      ],
    ],
  ])('is not named where %s', (_, turn) => {
    expect(findingsOf(cpu(turn), texts).map(({ title }) => title)).toEqual([]);
  });
});

describe('advice on time in a package is what its user can do', () => {
  const HANDLE = 'emit@node:events:500 > handle@/app/src/visits.js:8';
  const textOf = (text: string) =>
    change((o) => {
      o.sourceLines = new Map([['/app/node_modules/agents/parse.js:9', text]]);
    });

  test('with regular expressions of its own', () => {
    const [finding] = findingsOf(
      cpu([
        ['(idle)', 5],
        [`${HANDLE} > parse@/app/node_modules/agents/parse.js:9 > RegExp: (?:Nokia|Lumia)`, 5],
      ]),
    );
    expect(finding!.title).toContain('`parse` of agents');
    expect(finding!.advice).toEqual([
      expect.stringMatching(
        /^The time goes to agents\. The regular expressions belong to that package: bound/,
      ),
    ]);
  });

  test('with synchronous files of its own, in a block of the event loop', () => {
    const [finding] = findingsOf(
      cpu([
        ['(idle)', 700],
        [`${HANDLE} > save@/app/node_modules/agents/parse.js:9 > writeFileSync@node:fs:40`, 300],
      ]),
      textOf(''),
    );
    expect(finding!.kind).toBe('event-loop-block');
    expect(finding!.advice).toEqual([
      expect.stringMatching(/^The time goes to agents\. It accesses files synchronously/),
    ]);
  });

  describe('in a timer', () => {
    const SAVE = 'serialize@/app/node_modules/agents/save.js:9';
    const TIMER = 'listOnTimeout@node:internal/timers:525';
    const told = (stack: string) => {
      const [finding] = findingsOf(
        cpu([
          ['(idle)', 700],
          [stack, 300],
        ]),
        textOf(''),
      );
      return [finding!.kind, JSON.stringify(finding).match(/a timer (?:that|of) agents/g)?.length ?? 0];
    };

    test('that the package has set, is told with it and the options to look for', () => {
      const [finding] = findingsOf(
        cpu([
          ['(idle)', 700],
          [`${TIMER} > onInterval@/app/node_modules/agents/save.js:40 > ${SAVE}`, 300],
        ]),
        textOf(''),
      );
      expect(finding!.kind).toBe('event-loop-block');
      expect(finding!.evidence.map(({ statement }) => statement)).toContain(
        'a timer that agents has set runs it (node_modules/agents/save.js:40, onInterval); no code of the program is on the stack',
      );
      expect(finding!.advice[0]).toBe(
        'This is caused by a timer of agents, not by a request: where the program creates its object, look for the option that sets how often this runs or switches it off (an interval, an automatic save or refresh), and give it less to process each time.',
      );
    });

    test('of the program, or none, is told as any other call', () => {
      expect(told(`${TIMER} > tick@/app/src/tick.js:3 > ${SAVE}`)).toEqual(['event-loop-block', 0]);
      expect(told(`onread@node:net:80 > ${SAVE}`)).toEqual(['event-loop-block', 0]);
    });
  });

  test('with the text of stacks', () => {
    const STACK =
      'prepareStackTraceCallback@node:internal/errors:140 > decode@node:internal/source_map/source_map:200';
    const [finding] = findingsOf(
      cpu([
        ['(idle)', 700],
        [`${HANDLE} > ${STACK}`, 300],
      ]),
    );
    expect(finding!.title).toContain('`handle` blocks the event loop for up to 300 ms with `error.stack`');
    expect(finding!.advice[0]).toMatch(/^Read error\.stack less often/);
  });
});

test('a block in one line of a function, such as a call of native code, is told by that line; not by one that the file does not have', () => {
  const block = cpu([
    ['(idle)', 700],
    ['emit@node:events:500 > search@/app/src/parts.js:16#18', 300],
  ]);
  const saidWith = (line: number) =>
    findingsOf(
      block,
      change((o) => {
        o.sourceLines = new Map([[`src/parts.js:${line}`, 'return byText.all(text);']]);
      }),
    )[0]!.evidence.map(({ statement }) => statement);
  expect(saidWith(18)).toContain(
    '100% of the longest block was spent in src/parts.js:16, search, mostly in line 18',
  );
  expect(saidWith(17)).toContain('100% of the longest block was spent in src/parts.js:16, search');
});

describe('a function whose time goes into one call outside of JavaScript', () => {
  const adviceFor = (call: string) => {
    const at = `emit@node:events:500 > search@/app/src/parts.js:16 > ${call}`;
    const [finding] = findingsOf(
      cpu([
        ['(idle)', 14],
        [at, 6],
      ]),
    );
    return [finding!.title, ...finding!.advice];
  };

  test('is told with the call, and to give it less', () => {
    expect(adviceFor('all')).toEqual([
      '`search` takes 30% of a core with `all` (src/parts.js:16)',
      '`all` is a native call, and nothing else runs until it returns: give it less at once (a limit, an index, a smaller input), or call it in a worker thread.',
    ]);
  });

  test('is told as any other where the call is one of the language', () => {
    expect(adviceFor('indexOf')).toEqual([
      '`search` takes 30% of a core (src/parts.js:16)',
      expect.stringMatching(/use a Map or Set for look-ups/),
    ]);
  });
});
