// Logs as disks and links leave them: cut, repeated, shuffled, with bytes flipped. Nothing throws, and no crash is seen
// in pieces of healthy logs.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NOTICES } from '../../src/triage/events/notices.ts';
import { triage } from '../../src/triage/triage.ts';
import { randomNumbers } from '../support/random-numbers.ts';
import { names, OUTPUTS } from './corpus.ts';

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const look = (bytes: Buffer, size: number) =>
  triage({ logs: [{ name: 'log', chunks: pieces(bytes, size) }], version: 'test' });

const logs = names()
  .map((name) => ({ name, path: join(OUTPUTS, name, 'output.log') }))
  .filter(({ path }) => existsSync(path))
  .map(({ name, path }) => ({ name, bytes: readFileSync(path).subarray(0, 20_000) }));

test('nothing throws, whatever is broken', async () => {
  const random = randomNumbers(7);
  for (const { bytes } of logs) {
    for (let round = 0; round < 6; round++) {
      const broken = Buffer.from(bytes);
      for (let i = 0; i < 40; i++) broken[random(broken.length)] = random(256);
      const start = random(broken.length);
      const cut = Buffer.concat([broken.subarray(start), broken.subarray(0, start)]);
      const report = await look(cut, 1 + random(5_000));
      expect(['findings', 'healthy', 'too-little-data']).toContain(report.verdict);
    }
  }
});

test('the size of the chunks changes nothing', async () => {
  for (const { bytes } of logs) expect(await look(bytes, 700)).toEqual(await look(bytes, 1 << 20));
});

const examples = NOTICES.flatMap(({ rows }) => rows.map(({ example }) => example));

test('nothing throws and nothing is endless for lines of platforms, cut, swapped and with bytes flipped', async () => {
  const random = randomNumbers(31);
  for (let round = 0; round < 300; round++) {
    const lines = Array.from({ length: 30 }, () => examples[random(examples.length)]!);
    const bytes = Buffer.from(lines.map((line) => line.slice(0, 1 + random(line.length * 2))).join('\n'));
    for (let i = 0; i < 10; i++) bytes[random(bytes.length)] = random(256);
    const report = await look(bytes, 1 + random(2_000));
    expect(['findings', 'healthy', 'too-little-data']).toContain(report.verdict);
    expect(report).toEqual(await look(bytes, 1 << 20));
  }
});

test('no piece of a healthy log is a crash', async () => {
  const random = randomNumbers(11);
  for (const { name, bytes } of logs.filter((each) => each.name.startsWith('ok-'))) {
    for (let round = 0; round < 10; round++) {
      const lines = bytes.toString('utf8').split('\n');
      const start = random(lines.length);
      const piece = lines.slice(start, start + 40).join('\n');
      const { findings } = await look(Buffer.from(piece), 4_096);
      expect(findings.map(({ title }) => `${name}: ${title}`)).toEqual([]);
    }
  }
});
