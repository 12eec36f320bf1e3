// Node's trace events on their way into a file that Perfetto opens.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTrace } from '../../src/capture/trace/trace.ts';
import { UsageError } from '../../src/errors.ts';
import { createTraceFile } from '../../src/recording/trace-file.ts';
import { fakeSession } from '../support/fake-session.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'culprit-trace-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const memory = () => ({
  text: '',
  ended: false,
  write(chunk: string) {
    this.text += chunk;
  },
  async end() {
    this.ended = true;
  },
  discard: async () => {},
});
const event = (name: string) => ({ pid: 1, tid: 1, ts: 5, ph: 'X', cat: 'v8', name, dur: 3, args: {} });
const namesIn = (text: string) => JSON.parse(text).traceEvents.map(({ name }: { name: string }) => name);

describe('a trace', () => {
  test('holds all events, also those that come after the message that says it is complete', async () => {
    const session = fakeSession({
      'NodeTracing.stop': (_params, self) => {
        self.emit('NodeTracing.tracingComplete', {});
        setTimeout(
          () => self.emit('NodeTracing.dataCollected', { value: [event('late'), event('last')] }),
          100,
        );
        return {};
      },
    });
    const out = memory();
    const trace = await startTrace(session, out);
    session.emit('NodeTracing.dataCollected', { value: [event('</script>\u2028')] });
    const outcome = await trace.stop();
    expect(namesIn(out.text)).toEqual(['</script>\u2028', 'late', 'last']);
    expect(outcome).toEqual({ events: 3, bytes: Buffer.byteLength(out.text), isCut: false });
    expect(out.ended).toBe(true);
    expect(await trace.stop()).toBe(outcome);
  });

  test('ends at its largest size, is whole up to there, and tracing is off', async () => {
    const session = fakeSession({
      'NodeTracing.stop': (_p, self) => self.emit('NodeTracing.tracingComplete', {}),
    });
    const out = memory();
    const trace = await startTrace(session, out, 1_000);
    session.emit('NodeTracing.dataCollected', { value: Array.from({ length: 50 }, () => event('one')) });
    expect(session.sent.map(([method]) => method)).toContain('NodeTracing.stop');
    session.emit('NodeTracing.dataCollected', { value: [event('more')] });
    const { isCut, events, bytes } = await trace.stop();
    expect(isCut).toBe(true);
    expect(events).toBeGreaterThan(5);
    expect(bytes).toBeLessThan(1_100);
    expect(namesIn(out.text)).toHaveLength(events);
  });

  test('of a target that goes away is whole up to there', async () => {
    const session = fakeSession();
    const out = memory();
    const trace = await startTrace(session, out);
    session.emit('NodeTracing.dataCollected', { value: [event('one')] });
    session.die();
    await trace.stop();
    expect(namesIn(out.text)).toEqual(['one']);
    const quiet = memory();
    const other = fakeSession();
    const empty = await startTrace(other, quiet);
    other.die();
    await empty.stop();
    expect(namesIn(quiet.text)).toEqual([]);
  });

  test('that the target refuses leaves the file untouched', async () => {
    const session = fakeSession({
      'NodeTracing.start': () => {
        throw new Error('no tracing here');
      },
    });
    const out = memory();
    await expect(startTrace(session, out)).rejects.toThrow('no tracing here');
    expect(out.text).toBe('');
  });

  test('tells when the disk is full', async () => {
    const out = { ...memory(), end: () => Promise.reject(new Error('ENOSPC')) };
    const session = fakeSession({
      'NodeTracing.stop': (_p, self) => self.emit('NodeTracing.tracingComplete', {}),
    });
    expect(await (await startTrace(session, out)).stop()).toMatchObject({ failure: 'ENOSPC' });
  });
});

describe('the file', () => {
  test('has its name only when it is whole, and is private', async () => {
    const path = join(dir, 'trace.json');
    const file = createTraceFile(path);
    file.write('{"traceEvents":[]}');
    expect(existsSync(path)).toBe(false);
    await file.end();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ traceEvents: [] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await file.discard();
    expect(readdirSync(dir)).toEqual(['trace.json']);
  });

  test('is gone when it is discarded', async () => {
    const file = createTraceFile(join(dir, 'trace.json'));
    file.write('half');
    await file.discard();
    expect(readdirSync(dir)).toEqual([]);
  });

  test('that cannot be written is an error of use', () => {
    expect(() => createTraceFile(join(dir, 'no/such/folder.json'))).toThrow(UsageError);
  });
});
