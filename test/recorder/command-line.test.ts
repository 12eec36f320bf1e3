// The words that the recorder understands, in the ways a Node.js is given them.
import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { ownArguments, parseRecorderCall } from '../../src/recorder/command-line.ts';
import { createVoice } from '../../src/recorder/voice.ts';
import { hearLines } from '../../src/remote/voice-lines.ts';

test('the arguments are the same from standard input, from a file and from -e', () => {
  expect(ownArguments(['/usr/bin/node', '-', 'record', '1'])).toEqual(['record', '1']);
  expect(ownArguments(['/usr/bin/node', '/tmp/culprit-recorder.cjs', 'record', '1'])).toEqual([
    'record',
    '1',
  ]);
  expect(ownArguments(['/usr/bin/node', 'record', '1'])).toEqual(['record', '1']);
});

test('a call without options looks for 30 s at the one process there is, and takes no snapshot', () => {
  expect(parseRecorderCall(['record'])).toEqual({
    command: 'record',
    isSpokenTo: false,
    words: {
      duration: '30s',
      interval: '1s',
      maxPause: '100ms',
      snapshot: 'never',
      async: 'burst',
      cpu: 'auto',
      budget: '1',
    },
  });
});

test('options come in both spellings, before and after the target', () => {
  const call = parseRecorderCall(['record', '--duration', '5s', ':3000', '--async=off', '--speak-json']);
  expect(call).toMatchObject({ target: ':3000', isSpokenTo: true, words: { duration: '5s', async: 'off' } });
});

test.each([
  [[], 'Unknown command "".'],
  [['look'], 'Unknown command "look".'],
  [['record', '1', '2'], 'Unexpected argument "2".'],
  [['record', '--trace', 'x'], 'The recorder has no option --trace.'],
  [['record', '--__proto__', 'x'], 'The recorder has no option --__proto__.'],
  [['record', '--duration'], '--duration needs a value.'],
])('%j is refused with how it is called', (args, message) => {
  expect(() => parseRecorderCall(args)).toThrow(message);
});

test('what the recorder says to another culprit is heard among noise, and the noise is kept for messages', () => {
  const written: string[] = [];
  const voice = createVoice(true, (text) => written.push(text));
  voice.say({ culprit: 'attaching', pid: 1, recorderPid: 7, nodeVersion: 'v20.0.0' });
  voice.fail(new UsageError('No such process.', 'Look again.'));
  const lines: unknown[] = [];
  const heard = hearLines((line) => lines.push(line));
  for (const piece of `Welcome to the image\nwrapper: ${written.join('')}{"culprit":broken}\nbye`.match(
    /.{1,9}/gs,
  )!)
    heard.hear(piece);
  expect(lines).toEqual([
    { culprit: 'attaching', pid: 1, recorderPid: 7, nodeVersion: 'v20.0.0' },
    { culprit: 'failed', message: 'No such process.', hint: 'Look again.', exitCode: 2 },
  ]);
  expect(heard.noise()).toBe('Welcome to the image\n{"culprit":broken}\nbye');
});

test('to people it says a line every few seconds, not one a second', () => {
  const written: string[] = [];
  const voice = createVoice(false, (text) => written.push(text));
  for (let i = 0; i < 5; i++)
    voice.say({ culprit: 'progress', elapsedMillis: i * 1_000, durationMillis: 30_000, step: 'sampling' });
  voice.say({ culprit: 'done' });
  expect(written).toEqual([
    'culprit: sampling, 30 s left\n',
    'culprit: done; diagnose it with: culprit analyze <the file>\n',
  ]);
});

test('a megabyte without a line end does not accumulate', () => {
  const heard = hearLines(() => {});
  for (let i = 0; i < 200; i++) heard.hear('x'.repeat(10_000));
  expect(heard.noise().length).toBeLessThan(200_000);
});
