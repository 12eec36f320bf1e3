// Names in a target may hold anything: escape codes, markup, a megabyte. From a census, from closures and from a heap
// snapshot they go all the way into the report, and are text there, of bounded length.
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose.ts';
import { explainRecordedHeap } from '../../src/heap/explain-recorded-heap.ts';
import type { Report } from '../../src/model/finding.ts';
import type { CollectionType } from '../../src/model/memory/collection.ts';
import { readAnything } from '../../src/recording/foreign.ts';
import { jsonForTerminal } from '../../src/report/escape.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderText } from '../../src/report/text/text.ts';
import { HOSTILE_NAME } from '../report/build-report.ts';
import { useTempFolder, writeRecording } from '../support/build-recording.ts';
import { drawProgram } from '../support/heap-program.ts';
import { reportErrors } from '../support/json-schemas.ts';
import { check } from '../support/known-defects.ts';

const temp = useTempFolder();

const NAMES: [string, string][] = [
  ['markup and escape codes', HOSTILE_NAME],
  ['half a surrogate, and a window title', '\ud800\x1b]0;owned\x07\u009b2J'],
  ['no letter at all', '\u202e\u200b\u2028'],
  ['what an object has already', '__proto__'],
  ['a third of a megabyte', `${'x'.repeat(300_000)}\x1b[2J`],
];

/** A recording in which every name that a target chooses is `name`. */
async function writeHostile(name: string, type: CollectionType, withSnapshots: boolean): Promise<string> {
  const draw = (entries: number) => {
    const program = drawProgram();
    const held = program.map(
      program.times(entries, () => program.instance(name, { [name]: program.string(name) })),
    );
    const module = program.module(`/app/src/${name}.js`);
    module.variable(name, program.instance(name, { [name]: program.instance(name, { [name]: held }) }));
    const emitter = program.emitter({
      [name]: program.times(entries, () =>
        module.fn(name, 3, module.inner({ [name]: program.string(name) })),
      ),
    });
    module.variable(`${name}2`, emitter);
    return { json: program.json(), growingNode: program.graph().nodeId(held.ordinal) };
  };
  const dir = await writeRecording(temp(), {
    snapshots: withSnapshots ? [draw(60), draw(90)] : [],
    moreLines: [
      {
        type: 'census',
        thread: 0,
        atMillis: 8_000,
        scanned: 9,
        tracked: 1,
        cut: false,
        classes: [
          [`function ${name}#9`, 50],
          [name, 5],
        ],
      },
      {
        type: 'census',
        thread: 0,
        atMillis: 20_000,
        scanned: 9,
        tracked: 1,
        cut: false,
        classes: [
          [`function ${name}#9`, 9_000],
          [name, 50],
        ],
      },
      {
        type: 'closures',
        thread: 0,
        atMillis: 21_000,
        closures: [{ class: `function ${name}#9`, frame: [name, `/app/src/${name}.js`, 4, 2] }],
      },
      {
        type: 'compilations',
        thread: 0,
        atMillis: 9_000,
        millis: 300,
        scripts: 40,
        sites: [{ frames: [[name, `/app/src/${name}.js`, 4, 2]], count: 40 }],
      },
      {
        type: 'collections',
        thread: 0,
        atMillis: 29_000,
        growing: [
          {
            id: 0,
            type,
            className: name,
            event: name,
            newestEntry: name,
            sizes: [4, 8, 12, 16, 20, 24, 28].map((t) => ({ atMillis: t * 1_000, entries: t * 100 })),
            insertions: withSnapshots ? [] : [[[name, `/app/src/${name}.js`, 11, 0]]],
          },
        ],
      },
    ],
  });
  return dir;
}

async function analyze(path: string): Promise<Report> {
  const recording = await readAnything(path);
  return diagnose(recording, await explainRecordedHeap(recording));
}

describe.each(NAMES)('names that are %s', (_what, name) => {
  test.each<[CollectionType, boolean]>([
    ['Map', true],
    ['EventEmitter', true],
    ['Object', false],
    ['EventEmitter', false],
  ])('are harmless for %s (with snapshots: %s)', async (type, withSnapshots) => {
    const report = await analyze(await writeHostile(name, type, withSnapshots));
    expect(report.findings.length).toBeGreaterThan(0);
    for (const quiet of [true, false]) {
      const text = renderText(report, { colors: false, width: 100, quiet });
      expect(text).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}]/u);
      expect(text.length).toBeLessThan(30_000);
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(3_000);
    }
    const json = renderJson(report);
    expect(reportErrors(JSON.parse(json))).toEqual([]);
    expect(json).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    if (name.length < 1_000) expect(json.length).toBeLessThan(100_000);
    expect(jsonForTerminal(JSON.parse(json))).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });
});

check('a name of a third of a megabyte does not make a JSON report of megabytes', async () => {
  const [, name] = NAMES.at(-1)!;
  expect(renderJson(await analyze(await writeHostile(name, 'Map', true))).length).toBeLessThan(100_000);
});
