// Files that the user asked for: what is replaced, what is written through, what is refused, and that nothing is left behind.
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { checkOutputFile, openOutputFile, writeOutputFile } from '../../src/recording/output-file.ts';
import { createTraceFile } from '../../src/recording/trace-file.ts';
import { useTempFolder } from '../support/build-recording.ts';
import { fillDisk } from '../support/full-disk.ts';
import { requires } from '../support/requires.ts';

const newFolder = useTempFolder();
let temp: string;
let undo = () => {};
beforeEach(() => {
  temp = newFolder();
});
afterEach(() => undo());

function refused(work: () => void): [message: string, hint: string | undefined] {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return [(error as UsageError).message, (error as UsageError).hint];
  }
  throw new Error('nothing was refused');
}

describe('a file is written whole:', () => {
  test('it is new, private, and alone in its folder', () => {
    const path = join(temp, 'a.json');
    writeOutputFile(path, 'text');
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777, readdirSync(temp)]).toEqual([
      'text',
      0o600,
      ['a.json'],
    ]);
  });

  test('an older one stays whole until the new one is complete', () => {
    const path = join(temp, 'a.json');
    writeFileSync(path, 'old');
    const file = openOutputFile(path);
    expect(readFileSync(path, 'utf8')).toBe('old');
    file.complete();
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test.each([
    ['a file', 'old'],
    ['nothing yet', null],
  ])('a link to %s stays a link, and what it leads to is written', (_, before) => {
    mkdirSync(join(temp, 'kept'));
    const [link, file] = [join(temp, 'link'), join(temp, 'kept/a.json')];
    if (before !== null) writeFileSync(file, before);
    symlinkSync('kept/a.json', link);
    writeOutputFile(link, 'new');
    expect([readlinkSync(link), lstatSync(file).isFile(), readFileSync(file, 'utf8')]).toEqual([
      'kept/a.json',
      true,
      'new',
    ]);
  });
});

describe('where nothing can be written', () => {
  test.each(['folder', 'none/a.json', 'file/a.json', 'broken'])(
    '%s is refused before, as it is after',
    (name) => {
      mkdirSync(join(temp, 'folder'));
      writeFileSync(join(temp, 'file'), '');
      symlinkSync('none/a.json', join(temp, 'broken'));
      const path = join(temp, name);
      const reasons: Record<string, string> = {
        folder: 'it is a folder',
        'none/a.json': `the folder ${join(temp, 'none')} does not exist`,
        'file/a.json': 'ENOTDIR: not a directory',
        broken: 'it is a link into a folder that does not exist',
      };
      const [message] = refused(() => checkOutputFile(path));
      expect(message).toBe(`Cannot write ${path}: ${reasons[name]}.`);
      expect(refused(() => writeOutputFile(path, 'text'))[0]).toBe(message);
      expect(readdirSync(temp).sort()).toEqual(['broken', 'file', 'folder']);
    },
  );

  test('a check writes nothing', () => {
    checkOutputFile(join(temp, 'a.json'));
    expect(readdirSync(temp)).toEqual([]);
  });
});

describe('on a full disk', () => {
  test('an older file stays, nothing else is left, and the message names what was asked for', () => {
    const path = join(temp, 'a.json');
    writeFileSync(path, 'old');
    undo = fillDisk(temp, 3);
    expect(refused(() => writeOutputFile(path, 'longer'))).toEqual([
      `Cannot write ${path}: ENOSPC: no space left on device.`,
      'Free up space there, or choose another place.',
    ]);
    expect([readdirSync(temp), readFileSync(path, 'utf8')]).toEqual([['a.json'], 'old']);
  });

  test('a write that the kernel cuts short goes on', () => {
    const path = join(temp, 'a.json');
    undo = fillDisk(temp, 6);
    writeOutputFile(path, 'longer');
    expect(readFileSync(path, 'utf8')).toBe('longer');
  });
});

describe('a named pipe', () => {
  requires('linux');

  test('is written to and stays a pipe', async () => {
    const path = join(temp, 'pipe');
    spawnSync('mkfifo', [path]);
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
    checkOutputFile(path);
    writeOutputFile(path, 'text');
    expect((await reader.stdout.toArray()).join('')).toBe('text');
    expect([lstatSync(path).isFIFO(), readdirSync(temp)]).toEqual([true, ['pipe']]);
  });
});

test('a trace that is complete stays when it is discarded afterwards', async () => {
  const path = join(temp, 'trace.json');
  const trace = createTraceFile(path);
  trace.write('{}');
  await trace.end();
  await trace.discard();
  expect([readFileSync(path, 'utf8'), readdirSync(temp)]).toEqual(['{}', ['trace.json']]);
});

test('a trace that is discarded leaves nothing', async () => {
  const path = join(temp, 'trace.json');
  await createTraceFile(path).discard();
  expect([existsSync(path), readdirSync(temp)]).toEqual([false, []]);
});
