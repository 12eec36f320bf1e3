// `culprit ps`: growth since the last one, and families as a tree.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lastSeenFile, openLastSeen } from '../../src/cli/work/ps/last-seen.ts';
import { psTree } from '../../src/cli/work/ps/ps-tree.ts';
import type { NodeProcess } from '../../src/target/processes.ts';

const MB = 2 ** 20;

function nodeProcess(pid: number, parts: Partial<NodeProcess> = {}): NodeProcess {
  const argv = parts.argv ?? ['node', 'server.js'];
  return {
    pid,
    runtime: 'Node.js',
    version: 'v24.0.0',
    state: 'S',
    startTicks: 7,
    command: argv.join(' '),
    listeningPorts: [],
    inspector: { state: 'closed' },
    attachable: { ok: true, pidInside: pid },
    family: { role: 'program', children: [] },
    ...parts,
    argv,
  };
}

describe('what was seen the last time', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'culprit-test-'));
    file = join(folder, 'state', 'culprit', 'ps.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const at = (seconds: number) => openLastSeen(file, 1_000_000 + seconds * 1_000);
  const server = (rss: number, startTicks = 7) => nodeProcess(42, { rssBytes: rss, startTicks });

  test('is told as growth, of the same process only', () => {
    expect(at(0).growthOf(server(10 * MB))).toBeUndefined();
    at(0).remember([server(10 * MB)]);
    expect(at(60).growthOf(server(12 * MB))).toEqual({ bytes: 2 * MB, millis: 60_000 });
    expect(at(60).growthOf(server(9 * MB))).toEqual({ bytes: -MB, millis: 60_000 });
    expect(at(60).growthOf(server(12 * MB, 8))).toBeUndefined();
    expect(at(60).growthOf(nodeProcess(43, { rssBytes: MB }))).toBeUndefined();
  });

  test('stays where the next look comes at once, and is replaced by a later one', () => {
    at(0).remember([server(10 * MB)]);
    at(2).remember([server(11 * MB)]);
    expect(at(60).growthOf(server(12 * MB))?.bytes).toBe(2 * MB);
    at(60).remember([server(12 * MB)]);
    expect(at(90).growthOf(server(12 * MB))).toEqual({ bytes: 0, millis: 30_000 });
  });

  test('is a small private file of numbers', () => {
    const many = Array.from({ length: 1_500 }, (_, index) => nodeProcess(index + 1, { rssBytes: MB }));
    at(0).remember(many);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { rssBytes, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
    expect(rest).toEqual({ format: 1, atMillis: 1_000_000 });
    expect(Object.keys(rssBytes)).toHaveLength(1_000);
    expect(readdirSync(join(folder, 'state', 'culprit'))).toEqual(['ps.json']);
  });

  test.each(['', '{', 'null', '[]', '{"format":2}', '{"format":1,"atMillis":1,"rssBytes":null}'])(
    'is nothing when the file holds %j',
    (text) => {
      at(0).remember([]);
      writeFileSync(file, text);
      expect(at(60).growthOf(server(MB))).toBeUndefined();
    },
  );

  test('is nothing when its time lies ahead, or cannot be written', () => {
    at(0).remember([server(MB)]);
    expect(at(-60).growthOf(server(MB))).toBeUndefined();
    writeFileSync(join(folder, 'file'), '');
    const nowhere = openLastSeen(join(folder, 'file', 'ps.json'));
    expect(() => nowhere.remember([server(MB)])).not.toThrow();
  });

  test('lies where XDG keeps state', () => {
    expect(lastSeenFile({ XDG_STATE_HOME: '/s' })).toBe('/s/culprit/ps.json');
    expect(lastSeenFile({ XDG_STATE_HOME: 'relative' })).toMatch(/\/\.local\/state\/culprit\/ps\.json$/);
  });
});

describe('the tree', () => {
  const family = (parent: number | undefined, ...children: number[]) => ({
    family: { role: 'program' as const, ...(parent !== undefined && { parent }), children },
  });

  test('has parents above their children', () => {
    const rows = psTree(
      [
        nodeProcess(1, { argv: ['npm start'], ...family(undefined, 4, 5) }),
        nodeProcess(2, { argv: ['node', 'other.js'], ...family(undefined) }),
        nodeProcess(4, { argv: ['node', 'a.js'], ...family(1, 6) }),
        nodeProcess(5, { argv: ['node', 'b.js'], ...family(1) }),
        nodeProcess(6, { argv: ['node', 'c.js'], ...family(4) }),
      ],
      60,
    );
    expect(rows.map(({ entry, command }) => `${entry.pid} ${command}`)).toEqual([
      '1 npm start',
      '4 ├ node a.js',
      '6 │ └ node c.js',
      '5 └ node b.js',
      '2 node other.js',
    ]);
  });

  test('keeps the name of the script, masks secrets, and shows no control characters', () => {
    const argv = [
      'node',
      '--import',
      `file:///${'x'.repeat(90)}.mjs`,
      'srv.ts',
      '--token',
      'abc',
      '\x1b[31m',
    ];
    const [row] = psTree([nodeProcess(1, { argv })], 60);
    expect(row!.command).toBe('node … srv.ts --token *** \\x1b[31m');
  });

  test('ends, whatever /proc claims', () => {
    const rows = psTree(
      Array.from({ length: 40 }, (_, index) =>
        nodeProcess(index + 1, family(index === 0 ? undefined : index, index + 2)),
      ),
      40,
    );
    expect(rows.length).toBeLessThanOrEqual(10);
  });
});
