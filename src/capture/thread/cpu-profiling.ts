// V8's CPU profiler on one thread: switched on once, its profile kept once.
import type { SignalThread } from '../../signals/live-signal.ts';
import { type StackSampling, startStackSampling } from './stack-sampling.ts';

export interface CpuProfiling {
  /** It was started, one way or the other, or will not be: it was stopped. */
  readonly isBegun: boolean;
  start(intervalMicros: number): Promise<void>;
  /** Without V8's profiler, whose start would hold the thread for too long: see stack-sampling.ts. */
  startByAsking(): void;
  /** Keeps the profile; what it took in the target is free again. Does nothing the second time. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MILLIS = 60_000;

/** `file`: where the profile goes. */
export function cpuProfiling(thread: SignalThread, file: { thread: number; path: string }): CpuProfiling {
  const { session, sink, duringOwnPause } = thread;
  let isBegun = false;
  let isOn = false;
  let sampling: StackSampling | null = null;
  return {
    get isBegun() {
      return isBegun;
    },
    startByAsking() {
      isBegun = true;
      sampling = startStackSampling(thread);
    },
    async start(interval) {
      isBegun = true;
      await session.send('Profiler.enable');
      // Must come before start.
      await session.send('Profiler.setSamplingInterval', { interval });
      // V8 goes through all functions there are.
      await duringOwnPause('start CPU profile', () => session.send('Profiler.start'));
      isOn = true;
    },
    async stop() {
      isBegun = true;
      const asked = await sampling?.stop();
      sampling = null;
      if (asked) sink.file({ kind: 'cpu-profile', ...file }, asked);
      if (!isOn) return;
      isOn = false;
      const { profile } = await duringOwnPause('stop CPU profile', () =>
        session.send<{ profile: object }>('Profiler.stop', {}, STOP_TIMEOUT_MILLIS),
      );
      sink.file({ kind: 'cpu-profile', ...file }, profile);
      await session.send('Profiler.disable');
    },
  };
}
