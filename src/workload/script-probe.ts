// A program of its own (dist/script-probe.cjs), loaded into a script before its first line with --require: measures the
// process from start to end and writes the result when the script ends. Only ever in processes that culprit started.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import v8 from 'node:v8';
import { isMainThread } from 'node:worker_threads';

const { CULPRIT_SCRIPT_OUT: out, CULPRIT_SCRIPT_MODE: mode } = process.env;
const isRunner = /[\\/](npm|npx|yarn|pnpm|corepack)(-cli)?(\.[cm]?js)?$/.test(process.argv[1] ?? '');
if (out !== undefined && isMainThread && !isRunner) measure(out, mode === 'parts');

function measure(folder: string, isParts: boolean): void {
  try {
    const session = new Session();
    session.connect();
    const post = (method: string, params: object = {}): Record<string, unknown> => {
      let answer: Record<string, unknown> = {};
      // Answers of the own thread come before the call returns.
      session.post(method, params, (_error, result) => {
        answer = (result as Record<string, unknown> | undefined) ?? {};
      });
      return answer;
    };
    post('HeapProfiler.enable');
    post('HeapProfiler.startSampling', {
      samplingInterval: 64 * 1024,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    if (isParts) {
      v8.setFlagsFromString('--no-turbo-inlining');
      if (Number.parseInt(process.versions.node, 10) >= 22) v8.setFlagsFromString('--no-maglev-inlining');
      post('Profiler.enable');
      post('Profiler.setSamplingInterval', { interval: 1_000 });
      post('Profiler.start');
    }
    const cpuBefore = process.cpuUsage();
    const from = performance.now();
    process.once('exit', (code) => {
      const cpu = process.cpuUsage(cpuBefore);
      const millis = performance.now() - from;
      const profile = isParts ? post('Profiler.stop').profile : undefined;
      const allocations = post('HeapProfiler.stopSampling').profile;
      post('HeapProfiler.collectGarbage');
      const usage = {
        pid: process.pid,
        code,
        nodeVersion: process.version,
        argv: process.argv,
        cwd: process.cwd(),
        millis,
        cpuMicros: cpu.user + cpu.system,
        heapUsedBytes: process.memoryUsage().heapUsed,
        rssBytes: process.resourceUsage().maxRSS * 1024,
      };
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify({ usage, profile, allocations }));
    });
  } catch {
    // A script that cannot be measured still runs.
  }
}
