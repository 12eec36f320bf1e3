import { expect, test } from 'vitest';
import { cureOfBlockedSignal } from '../../src/target/blocked-signal.ts';

test.each([
  [['node', '--disable-sigusr1', 'a.js'], 'v24.1.0', /started with --disable-sigusr1: restart it without/],
  [['node', '--permission', 'a.js'], 'v26.1.0', /add --allow-inspector\.$/],
  [['node', '--permission', 'a.js'], 'v24.12.0', /add --allow-inspector\.$/],
  [['node', '--permission', 'a.js'], 'v24.11.9', /24\.11\.9 opens no inspector at all.*without.*24\.12/],
  [['node', '--experimental-permission', 'a.js'], 'v20.20.2', /opens no inspector at all/],
  [['node', '--permission', 'a.js'], 'v22.11.0', /opens no inspector at all/],
  [['node', '--permission', 'a.js'], null, /On Node\.js 24\.12 or newer/],
  [['node', 'a.js'], 'v24.12.0', /NODE_OPTIONS/],
])('%j on %s', (flags, version, cure) => {
  expect(cureOfBlockedSignal(flags, version)).toMatch(cure);
});
