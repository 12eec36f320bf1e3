import { describe, expect, test } from 'vitest';
import { renderHeapText } from '../../src/report/heap/heap-text.ts';
import { type DrawnProgram, drawSteps, explain } from '../support/heap-program.ts';

const look = { colors: false, width: 100 };
/** Something that does not grow, so that growth is not the whole heap. */
const furniture = (program: DrawnProgram) => {
  const main = program.module('/app/src/server.js');
  main.variable('routes', program.array(program.times(20, () => program.instance('Route', {}, 500))));
  return main;
};
const session = (program: DrawnProgram) =>
  program.instance('Session', { user: program.record({ name: program.string('ada') }) });

/** What leaks, by the name of its golden file: 100, 200 and 300 of something. */
const leaks: Record<string, (program: DrawnProgram, count: number) => void> = {
  map: (p, n) => p.module('/app/src/session.js').variable('sessions', p.map(p.times(n, () => session(p)))),
  set: (p, n) => p.module('/app/src/seen.js').variable('seen', p.set(p.times(n, (i) => p.string(`id ${i}`)))),
  array: (p, n) =>
    p
      .module('/app/src/audit.js')
      .variable(
        'log',
        p.array(p.times(n, (i) => p.record({ url: p.string(`/${i}`), at: p.node('number', '') }))),
      ),
  'object-as-map': (p, n) =>
    p.module('/app/src/cache.js').variable(
      'byUser',
      p.objectAsMap(
        p.times(n, () => session(p)),
        'user-',
      ),
    ),
  listener: (p, n) => {
    const module = p.module('/app/src/bus.js');
    const listeners = p.times(n, (i) =>
      module.fn('onMessage', 12, module.inner({ request: p.instance(`Request`, {}, 100 + i) })),
    );
    module.variable('bus', p.emitter({ message: listeners }));
  },
  closure: (p, n) => {
    const module = p.module('/app/src/chain.js');
    let last = p.record({ start: p.string('start') });
    for (let i = 0; i < n; i += 1)
      last = p.record({ method: module.fn('method', 7, module.inner({ previous: last })) });
    module.variable('current', last);
  },
  'linked-list': (p, n) => {
    let list = p.instance('Entry');
    for (let i = 0; i < n; i += 1) list = p.instance('Entry', { next: list });
    p.module('/app/src/list.js').variable('head', list);
  },
  promise: (p, n) => {
    const module = p.module('/app/src/wait.js');
    module.variable(
      'ready',
      p.promise(p.times(n, () => module.fn('onReady', 5, module.inner({ job: session(p) })))),
    );
  },
  timers: (p, n) => {
    const module = p.module('/app/src/poll.js');
    p.timers(p.times(n, () => module.fn('poll', 9, module.inner({ job: session(p) }))));
  },
  buffer: (p, n) =>
    p.module('/app/src/upload.js').variable('parts', p.array(p.times(n, () => p.buffer(4_096)))),
  'private-field': (p, n) =>
    p
      .module('/app/src/registry.js')
      .variable('registry', p.instance('Registry', { '#all': p.map(p.times(n, () => session(p))) })),
};

describe('three snapshots in which a thing grows name it, who holds it and what to do:', () => {
  test.each(Object.entries(leaks))('%s', async (name, leak) => {
    const programs = drawSteps(3, (program, step) => {
      furniture(program);
      leak(program, 100 * (step + 1));
    });
    const report = await explain(programs);
    expect(report.verdict).toBe('growth');
    expect(report.growth.filter(({ isMinor }) => !isMinor)).toHaveLength(1);
    expect(report.growth[0]!.entries).toEqual(
      [100, 200, 300].map((n) => report.growth[0]!.entries[0]! - 100 + n),
    );
    await expect(renderHeapText(report, look)).toMatchFileSnapshot(`../golden/heap/grows-${name}.txt`);
  });
});

describe('is silent about', () => {
  const silent: Record<string, [number, number, number]> = {
    'a cache that is full': [100, 100, 100],
    'a cache that fills up to its bound': [40, 100, 100],
    'a batch that comes and goes': [100, 20, 160],
    'a warm-up': [0, 200, 200],
    'what becomes less': [300, 200, 100],
  };
  test.each(Object.entries(silent))('%s', async (_, counts) => {
    for (const name of ['map', 'array', 'object-as-map', 'listener', 'promise', 'timers', 'linked-list']) {
      const programs = drawSteps(3, (program, step) => {
        furniture(program);
        leaks[name]!(program, counts[step]!);
      });
      const report = await explain(programs);
      expect({ name, growth: report.growth.map(({ key }) => key) }).toEqual({ name, growth: [] });
      expect(report.verdict).toBe('no-growth');
    }
  });

  test('more requests that are being served, each with a map of its own', async () => {
    const programs = drawSteps(3, (program, step) => {
      furniture(program);
      const requests = program.times([30, 60, 20][step]!, () =>
        program.map(program.times(3, () => session(program))),
      );
      program.module('/app/src/requests.js').variable('active', program.set(requests));
    });
    expect((await explain(programs)).verdict).toBe('no-growth');
  });
});

test('what settles after one big step is not in the verdict', async () => {
  const programs = drawSteps(3, (program, step) => {
    furniture(program);
    leaks.map!(program, [10, 500, 504][step]!);
  });
  const report = await explain(programs);
  expect(report.verdict).toBe('no-growth');
  expect(report.growth.map(({ isMinor }) => isMinor)).toEqual([true]);
});

test('only the topmost thing is named when each entry grows too', async () => {
  const programs = drawSteps(3, (program, step) => {
    furniture(program);
    const grown = () =>
      program.instance('Session', {
        log: program.array(program.times(10 * (step + 1), () => session(program))),
      });
    program
      .module('/app/src/session.js')
      .variable('sessions', program.map(program.times(50 * (step + 1), grown)));
  });
  const { growth } = await explain(programs);
  expect(growth.map(({ collection }) => collection.path.owner.name)).toEqual(['sessions']);
});

test('an array in each of a fixed number of objects is one finding', async () => {
  const programs = drawSteps(3, (program, step) => {
    furniture(program);
    const room = () => program.array(program.times(20 * (step + 1), () => session(program)));
    const rooms = program.record({ red: room(), green: room(), blue: room() });
    program.module('/app/src/rooms.js').variable('rooms', rooms);
  });
  const { growth } = await explain(programs);
  expect(growth).toHaveLength(1);
  expect(growth[0]).toMatchObject({ holders: 3, entries: [60, 120, 180] });
});

test('what two leaks share is divided among them, and neither retains it', async () => {
  const programs = drawSteps(3, (program, step) => {
    furniture(program);
    const shared = program.times(100 * (step + 1), () => program.instance('Session', {}, 1_000));
    const module = program.module('/app/src/session.js');
    module.variable('byId', program.map(shared));
    module.variable('recent', program.array(shared));
  });
  const { growth } = await explain(programs);
  expect(growth).toHaveLength(2);
  for (const { leakShareBytes, exclusiveBytes } of growth) {
    expect(leakShareBytes).toBeGreaterThan(150_000);
    expect(leakShareBytes).toBeLessThan(180_000);
    expect(exclusiveBytes).toBeLessThan(40_000);
  }
});

test('paths are compared by name, so another process in another folder will do', async () => {
  const programs = ['/srv/one', '/srv/two', '/home/me/three'].map((folder, step) => {
    const [program] = drawSteps(1, (p) => {
      p.module(`${folder}/server.js`).variable(
        'routes',
        p.array(p.times(20, () => p.instance('Route', {}, 500))),
      );
      p.module(`${folder}/lib/session.js`).variable(
        'sessions',
        p.map(p.times(100 * (step + 1), () => session(p))),
      );
    });
    return program!;
  });
  const report = await explain(programs);
  expect(report.verdict).toBe('growth');
  expect(report.growth[0]!.collection.path.owner.name).toBe('sessions');
});

test('two snapshots say that two cannot tell a leak from a warm-up', async () => {
  const programs = drawSteps(2, (program, step) => {
    furniture(program);
    leaks.map!(program, 100 * (step + 1));
  });
  const report = await explain(programs);
  expect(report.verdict).toBe('growth');
  await expect(renderHeapText(report, look)).toMatchFileSnapshot('../golden/heap/two-snapshots.txt');
});

test('snapshots of different programs are not compared', async () => {
  const [one, two] = ['/app/a', '/srv/b'].map(
    (folder, step) =>
      drawSteps(1, (program) => {
        for (const file of ['main', 'routes', 'store'])
          program
            .module(`${folder}/${file}${step}.js`)
            .variable('things', program.map(program.times(50 * (step + 1), () => session(program))));
      })[0]!,
  );
  const report = await explain([one!, two!]);
  expect(report.verdict).toBe('different-programs');
  expect(report.growth).toEqual([]);
  await expect(renderHeapText(report, look)).toMatchFileSnapshot('../golden/heap/different-programs.txt');
});
