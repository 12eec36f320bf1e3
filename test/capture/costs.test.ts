// What a capture costs is told from one table: by preflight and by the documentation.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SERVER_OVERHEADS, type ServerOverhead, throughputKept } from '../../src/capture/overhead.ts';
import { lookAhead } from '../../src/capture/preflight.ts';
import { measuredIn } from '../bench/overhead/save.mjs';
import { summarize } from '../bench/overhead/table.mjs';
import { requires } from '../support/requires.ts';

const root = new URL('../../', import.meta.url);

/** As documents have it. */
function rowOf({ server, does, throughputKept: kept, p99Millis }: ServerOverhead): string {
  const latency = p99Millis.map(([alone, watched]) => `${alone} to ${watched} ms`).join(', ');
  return `| \`${server}\` (${does}) | ${kept.join(', ')} | ${latency} |`;
}

test('the documentation has the rows of the table', () => {
  const docs = new URL('docs/', root);
  const pages = existsSync(docs)
    ? readdirSync(docs, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md'))
        .map((name) => new URL(name, docs))
    : [];
  const text = [new URL('README.md', root), ...pages].map((page) => readFileSync(page, 'utf8')).join('\n');
  expect(SERVER_OVERHEADS.map(rowOf).filter((row) => !text.includes(row))).toEqual([]);
});

test('the README has the range of the table', () => {
  const { least, most } = throughputKept();
  const rises = SERVER_OVERHEADS.flatMap(({ p99Millis }) =>
    p99Millis.map(([alone = 0, watched = 0]) => watched - alone),
  );
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const [from, to] = [most, least].map((kept) => Math.round((1 - kept) * 100));
  expect(readme).toContain(`| ${from} to ${to} % less, over three servers |`);
  expect(readme.replaceAll('\n', ' ')).toContain(`loses ${from} to ${to} % of its throughput`);
  expect(readme).toContain(`rose by ${Math.min(...rises).toFixed(1)} to ${Math.max(...rises).toFixed(1)} ms`);
});

test('of all pairs of rounds the worst counts', () => {
  const all = SERVER_OVERHEADS.flatMap(({ throughputKept: kept }) => kept);
  expect(throughputKept()).toEqual({ least: Math.min(...all), most: Math.max(...all) });
});

test('every row says what it was measured on', () => {
  expect(SERVER_OVERHEADS.filter(({ provenance }) => !/Node \S*\d+/.test(provenance))).toEqual([]);
});

describe('preflight', () => {
  requires('linux');
  test('promises no more than was measured', async () => {
    const { steps } = await lookAhead(process.pid);
    const words = steps.map(({ what }) => what).join('\n');
    expect(words).toContain('servers at full load kept 78% to 97% of their throughput, bursts included');
    expect(words).not.toMatch(/under \d/);
  });
});

test('the bench writes a row in the shape of the table', () => {
  const round = (perSecond: number, p99: number) => ({
    full: { perSecond, perSecondAfter: perSecond, peakRssBytes: perSecond, left: [], failed: 0 },
    half: { p99, cpuMicros: 100, peakRssBytes: 0, failed: 0 },
  });
  const block = { alone: round(1_000, 2), diagnose: round(912.34, 6.28) };
  const row = summarize({ promises: [block] })[0]!;
  expect(measuredIn(row)).toEqual({
    throughputKept: [0.912],
    p99Millis: [[2, 6.3]],
    cpuPerRequest: [1],
    addedBytes: [-88],
  });
});
