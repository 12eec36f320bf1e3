// biome-ignore-all lint/suspicious/noExplicitAny: what is read may have any shape.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { create } from 'tar';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose.ts';
import { RecordingError, UsageError } from '../../src/errors.ts';
import { packRecording } from '../../src/recording/archive.ts';
import { readAnything } from '../../src/recording/foreign.ts';
import { readRecording } from '../../src/recording/reader.ts';
import { createRecordingWriter } from '../../src/recording/writer.ts';
import { buildManifest, useTempFolder, writeRecording } from '../support/build-recording.ts';

const temp = useTempFolder();
const SESSION = ['', '', '', '', '', '', '', '', '', '', '', 'sessions.set(id, session);'].join('\n');
const readText = (path: string) => (path === '/app/src/session.js' ? SESSION : undefined);
const edit = (path: string, change: (json: any) => void) => {
  const json = JSON.parse(readFileSync(path, 'utf8'));
  change(json);
  writeFileSync(path, JSON.stringify(json));
};

describe('a recording', () => {
  test('is read as it was written and diagnosed: the leak is found with its line and its name', async () => {
    const recording = await readRecording(await writeRecording(temp(), { readText }));
    expect(recording.warnings).toEqual([]);
    const report = diagnose(recording);
    expect(report.verdict).toBe('findings');
    expect(report.findings[0]).toMatchObject({
      kind: 'heap-leak',
      subject: { name: 'sessions', file: 'src/session.js', line: 12 },
    });
    expect(report.target).toMatchObject({ pid: 4242, nodeVersion: 'v22.11.0' });
    expect(report.capture.restored).toBe(true);
  });

  test('says the same when packed to a .tgz and read from there', async () => {
    const dir = await writeRecording(temp(), { readText });
    await packRecording(dir, `${dir}.tgz`);
    const [folder, archive] = [await readAnything(dir), await readAnything(`${dir}.tgz`)];
    expect(JSON.stringify(diagnose(archive))).toBe(JSON.stringify(diagnose(folder)));
  });

  test('is for its owner only, leaves nothing half-written, and profiles are as V8 wrote them', async () => {
    const dir = await writeRecording(temp());
    expect(statSync(dir).mode & 0o077).toBe(0);
    for (const file of readdirSync(dir)) expect(statSync(join(dir, file)).mode & 0o077, file).toBe(0);
    expect(readdirSync(join(dir, '..'))).toEqual(['recording']);
    const profile = JSON.parse(readFileSync(join(dir, 'main.cpuprofile'), 'utf8'));
    expect(Object.keys(profile)).toEqual(expect.arrayContaining(['nodes', 'samples', 'timeDeltas']));
  });

  test('is never written over what is there', async () => {
    const dir = await writeRecording(temp());
    expect(() => createRecordingWriter(dir)).toThrow(UsageError);
  });

  test('that is given up leaves nothing', () => {
    const dir = temp();
    const writer = createRecordingWriter(join(dir, 'r'));
    writer.line({ type: 'passive', atMillis: 1 });
    writer.discard();
    expect(readdirSync(dir)).toEqual([]);
  });

  test('has no final name before it is whole', async () => {
    const dir = temp();
    const writer = createRecordingWriter(join(dir, 'r'));
    writer.line({ type: 'passive', atMillis: 1 });
    expect(existsSync(join(dir, 'r'))).toBe(false);
    await writer.finish(buildManifest(), () => undefined);
    expect(existsSync(join(dir, 'r'))).toBe(true);
  });

  test('where nothing may be written is refused with the cure', () => {
    const file = join(temp(), 'file');
    writeFileSync(file, '');
    expect(() => createRecordingWriter(join(file, 'r'))).toThrow(UsageError);
  });
});

describe('a damaged recording', () => {
  test('without its samples still says what its profiles do', async () => {
    const dir = await writeRecording(temp());
    writeFileSync(join(dir, 'samples.jsonl'), '');
    const report = diagnose(await readRecording(dir));
    expect(report.findings.map(({ kind }) => kind)).toEqual(['cpu-hotspot']);
  });

  test('cut in the middle of a line keeps the lines before', async () => {
    const dir = await writeRecording(temp());
    const path = join(dir, 'samples.jsonl');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.slice(0, text.length * 0.6));
    const recording = await readRecording(dir);
    expect(recording.lines.length).toBeGreaterThan(20);
    expect(recording.warnings).toEqual([{ code: 'samples-damaged', lines: 1 }]);
  });

  test('with a profile cut short names it and goes on', async () => {
    const dir = await writeRecording(temp());
    writeFileSync(join(dir, 'main.cpuprofile'), '{"nodes":[{"id":');
    const report = diagnose(await readRecording(dir));
    expect(report.warnings).toEqual([
      { code: 'file-not-readable', message: expect.stringMatching(/^main\.cpuprofile could not be read/) },
    ]);
    expect(report.findings[0]!.kind).toBe('heap-leak');
  });

  test('with a profile that is none names it and goes on', async () => {
    const dir = await writeRecording(temp());
    writeFileSync(join(dir, 'main.cpuprofile'), '{"nodes":[{"id":1,"children":[1]}]}');
    expect(diagnose(await readRecording(dir)).warnings).toEqual([
      { code: 'profile-damaged', message: expect.stringMatching(/^main\.cpuprofile is not a valid profile/) },
    ]);
  });

  test('without sources names places as V8 saw them', async () => {
    const dir = await writeRecording(temp());
    writeFileSync(join(dir, 'sources.json'), '[]');
    const { findings, warnings } = diagnose(await readRecording(dir));
    expect(warnings.map(({ code }) => code)).toEqual(['sources-missing']);
    expect(findings[0]!.subject).toMatchObject({ file: 'src/session.js', line: 12 });
  });
});

describe('a hostile or foreign manifest is refused:', () => {
  test.each<[string, (m: any) => void, RegExp]>([
    [
      'of a future version',
      (m) => {
        m.formatVersion = 2;
      },
      /format 2.*reads up to 1/,
    ],
    [
      'of another tool',
      (m) => {
        m.format = 'perf';
      },
      /not the manifest/,
    ],
    [
      'with a path out of the folder',
      (m) => {
        m.files[0].path = '../../etc/passwd';
      },
      /damaged: files\.0\.path/,
    ],
    [
      'with an absolute path',
      (m) => {
        m.files[0].path = '/etc/passwd';
      },
      /files\.0\.path/,
    ],
    [
      'with a path in a folder',
      (m) => {
        m.files[0].path = 'a/b';
      },
      /files\.0\.path/,
    ],
    [
      'with a path of the other system',
      (m) => {
        m.files[0].path = '..\\x';
      },
      /files\.0\.path/,
    ],
    [
      'with a name of a million letters',
      (m) => {
        m.target.title = 'x'.repeat(1e6);
      },
      /target\.title/,
    ],
    [
      'with a million threads',
      (m) => {
        m.target.threads = Array(1e6).fill({ id: 1, name: '' });
      },
      /target\.threads/,
    ],
    [
      'with a million files',
      (m) => {
        m.files = Array(1e6).fill(m.files[0]);
      },
      /files/,
    ],
    ['without a target', (m) => delete m.target, /target/],
    [
      'with an endless duration',
      (m) => {
        m.capture.durationMillis = 'Infinity';
      },
      /durationMillis/,
    ],
  ])('%s', async (_, change, message) => {
    const dir = await writeRecording(temp());
    edit(join(dir, 'manifest.json'), change);
    const reading = readRecording(dir);
    await expect(reading).rejects.toThrow(RecordingError);
    await expect(reading).rejects.toThrow(message);
  });

  test.each(['null', '[]', '7', '"x"', '', '{'])('that is %s', async (text) => {
    const dir = await writeRecording(temp());
    writeFileSync(join(dir, 'manifest.json'), text);
    await expect(readRecording(dir)).rejects.toThrow(RecordingError);
  });

  test.each(['..', '.', 'gone.cpuprofile'])('but a file called "%s" is only left out', async (path) => {
    const dir = await writeRecording(temp());
    edit(join(dir, 'manifest.json'), (m) => void m.files.push({ kind: 'cpu-profile', thread: 0, path }));
    expect((await readRecording(dir)).warnings).toEqual([
      {
        code: 'file-not-readable',
        path,
        reason: expect.stringMatching(/^Cannot read/),
        kind: 'cpu-profile',
        ...(path.startsWith('gone') && { isMissing: true }),
      },
    ]);
  });

  test('a folder without one is no recording', async () => {
    await expect(readRecording(temp())).rejects.toThrow(/not a culprit recording/);
  });
});

test('links in an archive do not lead out of it', async () => {
  const dir = temp();
  const inner = join(dir, 'r');
  mkdirSync(inner);
  writeFileSync(
    join(dir, 'secret.json'),
    JSON.stringify({ nodes: [{ id: 1 }], samples: [], timeDeltas: [] }),
  );
  writeFileSync(
    join(inner, 'manifest.json'),
    JSON.stringify(buildManifest({ files: [{ kind: 'cpu-profile', thread: 0, path: 'link' }] })),
  );
  symlinkSync(join(dir, 'secret.json'), join(inner, 'link'));
  await create({ gzip: true, cwd: dir, file: join(dir, 'r.tgz') }, ['r']);
  const recording = await readAnything(join(dir, 'r.tgz')).catch((error) => error);
  if (recording instanceof Error) expect(recording).toBeInstanceOf(RecordingError);
  else expect(recording.profiles).toEqual([]);
});

test('what is not there is wrong use', async () => {
  await expect(readAnything(join(temp(), 'nothing'))).rejects.toThrow(UsageError);
});
