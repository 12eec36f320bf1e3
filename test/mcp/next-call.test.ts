import { describe, expect, test } from 'vitest';
import { asCall } from '../../src/mcp/next-call.ts';

const callFor = (command: string) => asCall({ unknown: 'who holds it', command }).call;

describe('a command that would settle what is not known', () => {
  test('is a call of diagnose where the tool can do it', () => {
    expect(callFor('culprit diagnose 4242 --duration 60s --snapshot force --max-pause 300ms')).toEqual({
      tool: 'diagnose',
      arguments: { pid: 4242, durationSeconds: 60, snapshot: 'force', maxPauseMs: 300 },
    });
    expect(callFor('culprit diagnose 7 --duration 60s --budget 5')?.arguments).toEqual({
      pid: 7,
      durationSeconds: 60,
      budgetPercent: 5,
    });
    expect(callFor('culprit diagnose 7 --async full --duration 30s')?.arguments).toEqual({
      pid: 7,
      async: 'full',
      durationSeconds: 30,
    });
  });

  test('asks for no more than the tool takes', () => {
    expect(callFor('culprit diagnose 7 --duration 2h')?.arguments).toEqual({ pid: 7, durationSeconds: 600 });
  });

  test.each([
    'culprit diagnose <pid> --duration 60s',
    'MALLOC_ARENA_MAX=2 culprit diagnose --duration 2m -- node server.js',
    'culprit heap a.heapsnapshot <later>.heapsnapshot',
    'culprit diagnose 7 --all',
  ])('is no call otherwise: %s', (command) => {
    expect(callFor(command)).toBeUndefined();
  });
});
