// Leaks of what is no collection: a text that waits, a linked list, and entries whose texts keep longer ones.
import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../src/analysis/facts.ts';
import { judge } from '../../src/findings/verdict/judge.ts';
import {
  buildLook,
  collection,
  external,
  type Habit,
  heapFloor,
  KB,
  MB,
} from '../support/build-observations.ts';
import { linear } from '../support/shapes.ts';

const judged = (...habits: Habit[]) => judge(gatherFacts(buildLook(30, ...habits)));
const ROUTE = 'accept@/app/src/hooks.js:27';

describe('a text that grows', () => {
  const text = (kibPerSecond: number) =>
    collection((seconds) => 50 + kibPerSecond * seconds, null, {
      type: 'String',
      className: 'String',
      newestEntry: '',
      holder: { kind: 'property', name: 'buf', of: 'ThreadStream' },
    });

  test('is named with who holds it, its pace in bytes, and where what is added is made', () => {
    const { findings } = judged(heapFloor(linear(1_200 * KB), ROUTE), text(1_150));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      kind: 'heap-leak',
      title: 'A string `ThreadStream.buf` grows by 1.1 MB/s (src/hooks.js:27, accept)',
      subject: { type: 'collection', name: 'ThreadStream.buf', file: 'src/hooks.js', line: 27 },
      innocentExplanation: expect.stringMatching(
        /^A burst that is worked off afterwards looks the same at first\. It grew /,
      ),
      advice: [
        expect.stringMatching(
          /^The string is a buffer that is read more slowly .* what src\/hooks\.js:27, accept passes in /,
        ),
      ],
    });
    const statements = findings[0]!.evidence.map(({ statement }) => statement);
    expect(statements[1]).toMatch(/^the length of the string rose in \d+ of \d+ intervals, from .* to .*$/);
    expect(statements[2]).toBe('held by the property `buf` of ThreadStream');
  });

  test('is not blamed for a heap that rises by much more than it does', () => {
    const { findings } = judged(heapFloor(linear(2 * MB), ROUTE), text(100));
    expect(findings.map(({ subject }) => subject.name)).toEqual(['accept']);
  });

  test('is named beside another place where it is much of the heap, and was read too seldom to be judged', () => {
    const seldom = collection(() => 0, null, {
      type: 'String',
      className: 'String',
      newestEntry: '',
      holder: { kind: 'property', name: 'buf', of: 'ThreadStream' },
      sizes: [93_000, 90_000, 95_000].map((entries, i) => ({ atMillis: 26_000 + i * 1_000, entries })),
    });
    const [finding] = judged(heapFloor(linear(1_200 * KB), ROUTE), seldom).findings;
    expect(finding!.title).toMatch(/^The heap grows by 1\.2 MB\/s; the retained /);
    expect(finding!.evidence.map(({ statement }) => statement).at(-1)).toBe(
      'a string of 92.8 MB, which kept growing, is held by the property `buf` of ThreadStream',
    );
  });

  test('is no leak while the heap does not rise', () => {
    expect(judged(text(100)).findings).toEqual([]);
  });
});

describe('a linked list that grows', () => {
  test('is a queue that is not worked off', () => {
    const list = collection((seconds) => 100 + 70 * seconds, null, {
      type: 'List',
      className: 'NodeOfQueue',
      newestEntry: 'NodeOfQueue',
      holder: { kind: 'property', name: '_first', of: 'DLList' },
    });
    const { findings } = judged(heapFloor(linear(350 * KB), ROUTE), list);
    expect(findings.map(({ title }) => title)).toEqual([
      'A linked list `DLList._first` grows by 70 entries/s faster than entries are removed (src/hooks.js:27, accept)',
    ]);
    expect(findings[0]!.advice.join()).toMatch(/^If it is a queue, its consumers are too slow: /);
    expect(findings[0]!.evidence.map(({ statement }) => statement).join()).toMatch(
      /linked list: [\d,]+ to [\d,]+ entries, rose in/,
    );
  });
});

describe('bytes that become longer and longer in one place', () => {
  const buffer = (kibPerSecond: number) =>
    collection((seconds) => 64 + kibPerSecond * seconds, null, {
      type: 'Buffer',
      className: 'Buffer',
      newestEntry: '',
      holder: { kind: 'property', name: 'pending', of: 'FrameParser' },
    });

  test('are named with who holds them', () => {
    const { findings } = judged(external(linear(MB)), buffer(900));
    expect(findings.map(({ title }) => title)).toEqual([
      'Buffers outside the heap grow by 1 MB/s: the buffer `FrameParser.pending` keeps growing',
    ]);
    expect(findings[0]!.evidence.map(({ statement }) => statement).at(-1)).toMatch(
      /^the length of that buffer, a property of FrameParser, rose in \d+ of \d+ intervals, from .* to .*$/,
    );
    expect(findings[0]!.advice[0]).toMatch(/^The buffer waits for the end of a message that never comes/);
  });

  test('do not explain much more than they take, nor a rise of the heap', () => {
    expect(judged(external(linear(4 * MB)), buffer(200)).findings[0]!.title).not.toMatch(/FrameParser/);
    const { findings } = judged(heapFloor(linear(MB), ROUTE), buffer(900));
    expect(findings.map(({ subject }) => subject.name)).toEqual(['accept']);
  });
});

describe('texts that keep longer ones', () => {
  const previews = (entry: { bytes: number; texts: number } | undefined) =>
    collection((seconds) => 100 + 13 * seconds, 'remember@/app/src/previews.js:30', {
      newestEntry: '{title, description, at}',
      ...(entry && { entry }),
    });
  const cut = { bytes: 300, texts: 2 };
  const page = heapFloor(linear(1_200 * KB), 'download@/app/src/http.js:18');

  test('are told from entries that cost far more than is seen of them', () => {
    const [finding, ...more] = judged(page, previews(cut)).findings;
    expect(more).toEqual([]);
    expect(finding!.subject).toMatchObject({ file: 'src/previews.js', line: 30 });
    expect(finding!.evidence.map(({ statement }) => statement).join('\n')).toMatch(
      /the heap rises by about 9[0-9](\.\d)? KB for each entry, but an entry that culprit examined accounts for only about 300 (B|bytes)/,
    );
    expect(finding!.advice[0]).toMatch(
      /^If its strings are cut from longer ones \(.*\), each keeps the whole original string alive\./,
    );
  });

  test.each([
    ['was not looked at', undefined],
    ['holds no text', { bytes: 300, texts: 0 }],
    ['can be seen to take what it costs', { bytes: 60_000, texts: 2 }],
  ])('are not suspected where an entry %s', (_, entry) => {
    const small = heapFloor(linear(600 * KB), 'remember@/app/src/previews.js:30');
    const [finding] = judged(small, previews(entry)).findings;
    expect(finding!.advice.join()).not.toMatch(/cut from/);
    expect(finding!.evidence.map(({ statement }) => statement).join()).not.toMatch(/visible/);
  });

  /** The names of a cache, with the numbers of places in a list beside them. */
  const positions = collection(
    (seconds) => 100 + 13 * seconds,
    'preview@/app/src/previews.js:18 > set@/app/node_modules/lru-cache/index.js:2072',
    { newestEntry: 'number', entry: { bytes: 105, texts: 1 } },
  );

  test.each([
    ['fetch reads', 'decode@node:internal/encoding:442 > consume@node:internal/deps/undici/undici:5800'],
    ['buffers are read as', 'toString@node:buffer:870'],
    ['nobody was asked about', null],
  ])('may be in a list beside the names of a cache, where what stays are texts: those that %s', (_, at) => {
    const [finding, ...more] = judged(heapFloor(linear(450 * KB), at ?? undefined), positions).findings;
    expect(more).toEqual([]);
    expect(finding!.subject).toMatchObject({ file: 'src/previews.js', line: 18 });
    expect(finding!.advice.map((each) => each.slice(0, 44))).toEqual([
      'If its strings are cut from longer ones (sli',
      'lru-cache keeps what src/previews.js:18 pass',
    ]);
  });

  test.each([
    ['requests', 'incoming@node:_http_incoming:60'],
    ['objects of the program', ROUTE],
  ])('are not blamed on names with numbers where what stays are %s', (_, at) => {
    const { findings } = judged(heapFloor(linear(450 * KB), at), positions);
    expect(findings.map(({ subject: { file } }) => file)).not.toContain('src/previews.js');
  });
});

describe('a queue inside of a stream', () => {
  const buffered = (of: string) =>
    collection(
      (seconds) => 4 + 60 * seconds,
      'accept@/app/src/hooks.js:27 > log@/app/node_modules/logger/index.js:9',
      {
        type: 'Array',
        className: 'Array',
        newestEntry: '{chunk, encoding, callback}',
        holder: { kind: 'property', name: 'Symbol(kBufferedValue)', of },
      },
    );

  test('is told as writes that their receiver does not take: no bound and no option of a package helps', () => {
    const { findings } = judged(heapFloor(linear(500 * KB), ROUTE), buffered('WritableState'));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      kind: 'heap-leak',
      title:
        'Writes accumulate in a stream at 60/s: its receiver takes less than is written (src/hooks.js:27, accept, through logger (node_modules/logger/index.js:9, log))',
      innocentExplanation: expect.stringMatching(/^A burst that is worked off afterwards looks the same/),
      advice: [
        expect.stringMatching(/^Find who receives what src\/hooks\.js:27, accept writes through logger, /),
        expect.stringMatching(/^Write no faster than the receiver reads: wait for `drain`/),
      ],
    });
  });

  test('is told as data that nobody reads where it is that of a source', () => {
    const { findings } = judged(heapFloor(linear(500 * KB), ROUTE), buffered('ReadableState'));
    expect(findings[0]!.title).toMatch(
      /^Data accumulates in a stream at 60\/s: less is read than arrives \(/,
    );
    expect(findings[0]!.advice).toEqual([
      expect.stringMatching(/^Read the stream to its end, or destroy it\./),
    ]);
  });

  test('is an array like others where an object of the program holds it', () => {
    const { findings } = judged(heapFloor(linear(500 * KB), ROUTE), buffered('Outbox'));
    expect(findings[0]!.title).toMatch(/^Array `Outbox\.Symbol\(kBufferedValue\)` grows by 60 entries\/s/);
  });
});

describe('an array of a package', () => {
  const held = (name: string) =>
    collection(linear(80), 'forward@/app/src/readings.js:12 > publish@/app/node_modules/broker/client.js:9', {
      type: 'Array',
      className: 'Array',
      newestEntry: '{packet, callback}',
      holder: { kind: 'property', name, of: 'Client' },
    });

  test('that it calls a queue waits for somebody to take it, and is no cache', () => {
    const [finding] = judged(heapFloor(linear(90 * KB), ROUTE), held('outgoingQueue')).findings;
    expect(finding).toMatchObject({
      innocentExplanation: expect.stringMatching(/^A burst that is worked off afterwards looks the same/),
      advice: [
        expect.stringMatching(
          /^broker queues what src\/readings\.js:12, forward passes in until it is taken: check whether the server or worker/,
        ),
      ],
    });
    expect(finding!.caveats.join(' ')).not.toMatch(/cache/);
  });

  test('by another name may be a cache', () => {
    const [finding] = judged(heapFloor(linear(90 * KB), ROUTE), held('entries')).findings;
    expect(finding!.innocentExplanation).toMatch(/is a cache with a bound/);
  });
});
