// Async hooks go on and off one change at a time, also where one comes in the middle of another.
import { describe, expect, test } from 'vitest';
import { probeSource } from '../../src/probe/expressions.ts';
import { createHookChanges } from '../../src/probe/hooks/hook-changes.ts';
import type { ProbeHandle } from '../../src/probe/probe-protocol.ts';
import { CONFIG } from '../support/probe-here.ts';

describe('a change of hooks', () => {
  test('that comes in the middle of another waits for its end', () => {
    const change = createHookChanges();
    const seen: string[] = [];
    change(() => {
      seen.push('enable begins');
      change(() => seen.push('disable'));
      seen.push('enable ends');
    });
    change(() => seen.push('later'));
    expect(seen).toEqual(['enable begins', 'enable ends', 'disable', 'later']);
  });

  test('that throws neither reaches the caller nor holds up the next', () => {
    const change = createHookChanges();
    const seen: string[] = [];
    change(() => {
      throw new Error('no');
    });
    change(() => seen.push('next'));
    expect(seen).toEqual(['next']);
  });
});

describe('a probe that is stopped while it turns its hook on', () => {
  test('leaves the hook off', () => {
    const calls: string[] = [];
    let probe: ProbeHandle | null = null;
    let pending: (() => void)[] = [];
    const hook = {
      enable() {
        calls.push('enable begins');
        probe?.stop();
        calls.push('enable ends');
      },
      disable: () => calls.push('disable'),
    };
    const replaced: Record<string, object> = {
      async_hooks: { createHook: () => hook, executionAsyncId: () => 0 },
      timers: {
        setTimeout(work: () => void) {
          pending.push(work);
          return { unref() {} };
        },
        setInterval: () => ({ unref() {} }),
        clearTimeout() {},
        clearInterval() {},
      },
    };
    const load = (id: string) => replaced[id] ?? process.getBuiltinModule(id);
    const evaluate = new Function(
      'require',
      `return ${probeSource({ ...CONFIG, asyncInitsPerSecond: 0.001 })}`,
    );
    probe = evaluate(load) as ProbeHandle;
    // The end of the first burst, and the start of the second, in which we are interrupted.
    for (let turn = 0; turn < 3; turn++) for (const work of pending.splice(0)) work();
    pending = [];
    expect(calls.at(-1)).toBe('disable');
    expect(calls.filter((call) => call === 'enable ends').length).toBeLessThanOrEqual(
      calls.filter((call) => call === 'disable').length,
    );
  });
});

test('promises are not tracked until they are watched: then another hook takes over', () => {
  const calls: string[] = [];
  const createHook = ({ trackPromises }: { trackPromises?: boolean }) => {
    const name = trackPromises ? 'with promises' : 'without promises';
    return { enable: () => calls.push(`${name} on`), disable: () => calls.push(`${name} off`) };
  };
  const replaced: Record<string, object> = {
    async_hooks: { createHook, executionAsyncId: () => 0 },
    timers: {
      setTimeout: () => ({ unref() {} }),
      setInterval: () => ({ unref() {} }),
      clearTimeout() {},
      clearInterval() {},
    },
  };
  const load = (id: string) => replaced[id] ?? process.getBuiltinModule(id);
  const probe = new Function('require', `return ${probeSource({ ...CONFIG, asyncTypes: ['Timeout'] })}`)(
    load,
  ) as ProbeHandle;
  probe.watchAlso(['TCPWRAP']);
  probe.watchAlso(['PROMISE']);
  probe.watchAlso(['PROMISE']);
  probe.stop();
  // The hook that watches the thread pool was never on.
  calls.splice(calls.lastIndexOf('without promises off'), 1);
  expect(calls).toEqual([
    'without promises on',
    'without promises off',
    'with promises on',
    'with promises off',
  ]);
});
