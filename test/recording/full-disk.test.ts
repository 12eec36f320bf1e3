// A disk that becomes full while a recording is written: it moves, or says so; half of it is never left.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { RecordingFolder } from '../../src/recording/recording-folder.ts';
import { checkWritable } from '../../src/recording/writer.ts';
import { useTempFolder } from '../support/build-recording.ts';
import { fillDisk } from '../support/full-disk.ts';

const temp = useTempFolder();
let undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.reverse()) one();
  undo = [];
});

function disks(): { small: string; other: string } {
  const [small, other] = [temp(), temp()];

  return { small, other };
}

const FULL = /^Cannot write .*\/r: ENOSPC: no space left on device\.$/;

describe('with another place', () => {
  test('the recording moves there with all whole lines, once, and says so', () => {
    const { small, other } = disks();
    const folder = new RecordingFolder(join(small, 'r'), other);
    undo.push(fillDisk(small, 12));
    folder.line('first\n');
    folder.line('second, which is cut\n');
    folder.file('manifest.json', '{}');
    folder.line('third\n');
    folder.complete();
    const { dir, moved } = folder.written();
    expect(readFileSync(join(dir, 'samples.jsonl'), 'utf8')).toBe('first\nsecond, which is cut\nthird\n');
    expect(readdirSync(dir).sort()).toEqual(['manifest.json', 'samples.jsonl']);
    expect(dir.startsWith(other)).toBe(true);
    expect([statSync(dir).mode & 0o777, statSync(join(dir, 'samples.jsonl')).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
    expect(moved?.message).toBe(
      `Cannot write ${join(small, 'r')}: ENOSPC: no space left on device. The recording is in ${dir} instead.`,
    );
    expect(readdirSync(small)).toEqual([]);
  });

  test('a file that does not fit moves it, too', () => {
    const { small, other } = disks();
    const folder = new RecordingFolder(join(small, 'r'), other);
    undo.push(fillDisk(small, 6));
    folder.line('first\n');
    folder.file('manifest.json', '{}');
    folder.complete();
    const { dir } = folder.written();
    expect([readFileSync(join(dir, 'manifest.json'), 'utf8'), readdirSync(small)]).toEqual(['{}', []]);
  });

  test('where that is full as well, it is one error about the first, and nothing is left in either', () => {
    const { small, other } = disks();
    const folder = new RecordingFolder(join(small, 'r'), other);
    undo.push(fillDisk(small, 0), fillDisk(other, 0));
    expect(() => folder.line('first\n')).toThrow(/^Cannot write .*: ENOSPC: no space left on device\./);
    folder.discard();
    expect(readdirSync(small)).toEqual([]);
  });
});

test('without another place what is written throws, with the name that was asked for, and nothing is left', () => {
  const { small } = disks();
  const folder = new RecordingFolder(join(small, 'r'), undefined);
  undo.push(fillDisk(small, 3));
  expect(() => folder.line('first\n')).toThrow(UsageError);
  expect(() => folder.file('manifest.json', '{"a":1}')).toThrow(FULL);
  folder.discard();
  expect(readdirSync(small)).toEqual([]);
});

test('with room the recording is where it was to be', () => {
  const { small, other } = disks();
  const folder = new RecordingFolder(join(small, 'r'), other);
  folder.line('first\n');
  folder.complete();
  expect(folder.written()).toEqual({ dir: join(small, 'r') });
  expect([readdirSync(small), readdirSync(other)]).toEqual([['r'], []]);
});

test('a new recording may be named with a slash at its end', () => {
  expect(() => checkWritable(`${join(temp(), 'r')}/`)).not.toThrow();
});
