// culprit/testing in projects of their own, for vitest, jest and node:test: leaks fail with the line that makes them,
// healthy twins pass, and nothing is left running.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  appLine,
  CLEAN,
  LEAKY,
  LEFT,
  makeRunnerProject,
  type Outcome,
  type Runner,
  type RunnerProject,
} from './support/runner-project.ts';

const WORDS: Record<string, [words: RegExp, line: string]> = {
  remember: [/Map `sessions` grows by 1 entry a round/, 'sessions.set('],
  poll: [/setInterval \(every 1000 ms\) accumulate at 1 a round/, 'setInterval(() => {}, 1000);'],
  follow: [/Listeners for 'order' accumulate on EventEmitter `bus`/, "bus.on('order'"],
  connect: [/Sockets accumulate at 1 a round/, 'net.connect('],
  serve: [/Servers accumulate at 1 a round/, 'extra.listen('],
  open: [/Open files accumulate at 1 a round and are never closed: \/etc\/hostname/, 'fs.openSync('],
  work: [/Worker threads accumulate at 1 a round/, 'new Worker('],
};
const LEFT_WORDS: Record<string, RegExp> = {
  interval: /Left running: a setInterval \(every 1000 ms\)/,
  server: /Left running: a server/,
  worker: /Left running: a worker thread/,
  listener: /Left listening: a listener for 'SIGUSR2' of process/,
  file: /Left open: \/etc\/hostname/,
};
const RUNNERS: Runner[] = ['vitest', 'jest', 'node:test'];

describe.each(RUNNERS)('in %s', (runner) => {
  let project: RunnerProject;
  let rounds: Map<string, Outcome>;
  let whole: Map<string, Outcome>;
  beforeAll(async () => {
    project = makeRunnerProject(runner);
    rounds = await project.run(['rounds']);
    whole = await project.run([...LEFT, 'tidy'], { SET_UP: '1' });
  }, 120_000);
  afterAll(() => project.remove());

  test.each(LEAKY)('expectNoLeak fails with the line: %s', (name) => {
    const { isPassed, message } = rounds.get(name)!;
    const [words, line] = WORDS[name]!;
    expect(isPassed).toBe(false);
    expect(message).toMatch(words);
    expect(message).toContain(`app.cjs:${appLine(line)}`);
  });

  test.each(CLEAN)('expectNoLeak is silent: %s', (name) => {
    expect(rounds.get(name)).toMatchObject({ isPassed: true });
  });

  test.each(LEFT)('a file that leaves something behind fails with the line: %s', (name) => {
    const { isPassed, message } = whole.get(`${name}.test`)!;
    expect(isPassed).toBe(false);
    expect(message).toMatch(LEFT_WORDS[name]!);
    expect(message).toMatch(new RegExp(`${name}\\.test\\.m?js:\\d`));
  });

  test('a file that tidies up after its last hook passes', () => {
    const failed = [...whole].filter(
      ([name, { isPassed }]) => !isPassed && /^(tidy|requests|timers)/.test(name),
    );
    expect(failed).toEqual([]);
    expect(whole.get('requests over kept connections')?.isPassed).toBe(true);
  });

  test('CULPRIT_LEAKS=warn and =off let the file pass', async () => {
    for (const CULPRIT_LEAKS of ['warn', 'off']) {
      const outcomes = await project.run(['interval'], { SET_UP: '1', CULPRIT_LEAKS });
      expect([...outcomes.values()].map(({ isPassed }) => isPassed)).not.toContain(false);
    }
  });
});
