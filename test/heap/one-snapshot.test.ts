import { describe, expect, test } from 'vitest';
import { explainHeapObjects } from '../../src/analysis/heap/suspects.ts';
import { computeDominators } from '../../src/model/heap/dominators.ts';
import { describePath } from '../../src/model/heap/heap-path-words.ts';
import { renderHeapText } from '../../src/report/heap/heap-text.ts';
import { renderJson } from '../../src/report/json.ts';
import { type DrawnProgram, drawProgram, explain } from '../support/heap-program.ts';
import { schemaErrors } from '../support/json-schemas.ts';

const look = { colors: false, width: 100 };
const HOSTILE = `\x1b]0;owned\x07<script>\u202e${'x'.repeat(100_000)}`;

function shop(): DrawnProgram {
  const program = drawProgram();
  const { times, record, string } = program;
  const user = () => record({ name: string('Ada Lovelace'), mail: string('ada@example.org') });
  const sessions = program.module('/app/src/session.js');
  sessions.variable('sessions', program.map(times(200, () => program.instance('Session', { user: user() }))));
  const catalogue = program.module('/app/src/catalogue.js');
  catalogue.variable('byCode', program.objectAsMap(times(100, () => record({ price: string('12.00') }))));
  catalogue.variable('images', program.array(times(5, () => program.buffer(20_000))));
  const events = program.module('/app/src/events.js');
  const onOrder = times(40, () =>
    events.fn('onOrder', 21, events.inner({ order: record({ id: string('o') }) })),
  );
  events.variable('bus', program.emitter({ order: onOrder }));
  program.global.property('cache', program.set(times(30, (i) => string(`cached page ${i}`))));
  return program;
}

test('one snapshot says what is big and who holds it', async () => {
  const report = await explain([shop()]);
  expect(report.verdict).toBe('one-snapshot');
  await expect(renderHeapText(report, look)).toMatchFileSnapshot('../golden/heap/one-snapshot.txt');
});

test('texts of strings are shown only when asked for', async () => {
  const hidden = await explain([shop()]);
  expect(JSON.stringify(hidden)).not.toContain('Lovelace');
  const shown = await explain([shop()], { showStrings: true });
  expect(renderHeapText(shown, look)).toContain('Ada Lovelace');
});

test('keys of maps and of objects used as maps are never shown', async () => {
  const program = drawProgram();
  const store = program.module('/app/store.js');
  store.variable(
    'tokens',
    program.objectAsMap(
      program.times(50, () => program.record({})),
      'secret-token-',
    ),
  );
  expect(JSON.stringify(await explain([program], { showStrings: true }))).not.toContain('secret-token');
});

describe('a hostile program', () => {
  const hostile = () => {
    const program = drawProgram();
    const module = program.module(`/app/${HOSTILE}.js`);
    const entries = program.times(50, () =>
      program.instance(HOSTILE, { [HOSTILE]: program.string(HOSTILE) }, 500),
    );
    module.variable(HOSTILE, program.map(entries));
    module.variable('bus', program.emitter({ [HOSTILE]: program.times(30, () => module.fn(HOSTILE, 3)) }));
    return program;
  };

  test('cannot reach the terminal as anything but text, nor make the report long', async () => {
    const text = renderHeapText(await explain([hostile()], { showStrings: true }), look);
    expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(text.length).toBeLessThan(20_000);
  });

  test('cannot break the JSON', async () => {
    const json = renderJson(await explain([hostile()], { showStrings: true }));
    expect(json).not.toMatch(/[\x1b\u202e]/u);
    expect(() => JSON.parse(json)).not.toThrow();
  });
});

test('a heap with nothing in it is a heap', async () => {
  const report = await explain([drawProgram()]);
  expect(renderHeapText(report, look)).toContain('THE HEAP');
});

describe('the JSON', () => {
  test.each([1, 2, 3])('of %i snapshots is as the schema says', async (count) => {
    const programs = Array.from({ length: count }, (_, step) => {
      const program = shop();
      program
        .module('/app/src/log.js')
        .variable('log', program.array(program.times(50 * step, () => program.record({}))));
      return program;
    });
    expect(schemaErrors('heap-report-v1', JSON.parse(renderJson(await explain(programs))))).toEqual([]);
  });
});

describe('suspects of a live process', () => {
  test('are explained by their object ids', () => {
    const program = drawProgram();
    const sessions = program.map(program.times(60, () => program.instance('Session')));
    const module = program.module('/app/src/session.js');
    module.variable('store', program.instance('Store', { sessions }));
    const graph = program.graph();
    const explained = explainHeapObjects(graph, computeDominators(graph), [
      graph.nodeId(sessions.ordinal),
      999_999,
    ]);
    expect([...explained.values()]).toMatchObject([
      {
        kind: 'map',
        entries: 60,
        path: {
          owner: { kind: 'module-variable', name: 'store' },
          steps: [{ kind: 'property', name: 'sessions' }],
        },
        newest: [{ className: 'Session', count: 20 }],
      },
    ]);
  });
});

test('a path is said on one line where there is no room for more', () => {
  const program = drawProgram();
  const module = program.module('/app/src/bus.js');
  const listeners = program.times(3, () => module.fn('onMessage', 12));
  const bus = program.emitter({ message: listeners });
  module.variable('bus', bus);
  const graph = program.graph();
  const id = graph.nodeId(listeners[0]!.ordinal);
  const { path } = explainHeapObjects(graph, computeDominators(graph), [id]).get(id)!;
  expect(describePath(path, '/app/')).toBe(
    'module variable `bus` (used at src/bus.js:1) -> listeners of "message" -> [x] (src/bus.js:12)',
  );
});
