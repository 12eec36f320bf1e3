// Heaps of pages: listeners of DOM targets, trees that are in no document, and the layouts of several browsers.
import { describe, expect, test } from 'vitest';
import { renderHeapText } from '../../src/report/heap/heap-text.ts';
import { type DrawnProgram, drawProgram, drawSteps, explain } from '../support/heap-program.ts';
import type { DrawnNode } from '../support/heap-snapshot-builder.ts';

const look = { colors: false, width: 300 };

interface Layout {
  window: string;
  /** From what listens to the listener itself, each one step further in. */
  between: string[];
  /** How a native object refers to another. */
  refer(from: DrawnNode, place: number, name: string, to: DrawnNode): void;
}

/** As Chrome names things in builds with names for native fields, and as it does from 150 on. */
const LAYOUTS: Record<string, Layout> = {
  'with named fields': {
    window: 'Window / http://localhost',
    between: ['blink::EventTargetData', 'blink::RegisteredEventListener'],
    refer: (from, _, name, to) => void from.internal(name, to),
  },
  'with numbered fields': {
    window: 'Window / ://',
    between: [
      'blink::EventTargetData',
      'blink::BasicHeapVector<blink::internal::HeapCollectionType::kVector>',
      'blink::RegisteredEventListener',
      'EventListener',
    ],
    refer: (from, place, _, to) => void from.element(place, to),
  },
};

interface Page extends DrawnProgram {
  window: DrawnNode;
  listen(target: DrawnNode, callback: DrawnNode): void;
  tree(name: string, children: number, isDetached: boolean): DrawnNode;
}

function drawPage({ window: windowName, between, refer }: Layout, program = drawProgram()): Page {
  const { node } = program;
  const window = node('object', windowName, { bytes: 48 });
  program.root.shortcut('Window', window);
  refer(window, 5, 'document', node('native', 'HTMLDocument', { bytes: 2_000, detachedness: 1 }));
  const stores = new Map<DrawnNode, DrawnNode>();
  let count = 0;
  return {
    ...program,
    window,
    listen(target, callback) {
      const [store, ...inside] = between;
      const kept = stores.get(target) ?? node('native', store!, { bytes: 56 });
      if (!stores.has(target)) refer(target, 23, 'event_target_data_', kept);
      stores.set(target, kept);
      let at = kept;
      for (const name of [...inside, 'V8EventListener']) {
        const next = node('native', name, { bytes: 24 });
        count += 1;
        refer(at, count, 'callback_', next);
        at = next;
      }
      refer(at, 1, 'callback_object_', callback);
    },
    tree(name, children, isDetached) {
      const detachedness = isDetached ? 2 : 1;
      const top = node('native', name, { bytes: 100, detachedness });
      let last: DrawnNode | null = null;
      for (let i = 0; i < children; i += 1) {
        const child = node('native', '<a>', { bytes: 1_000, detachedness });
        refer(child, 2, 'parent_or_shadow_host_node_', top);
        if (last) refer(last, 3, 'next_', child);
        else refer(top, 4, 'first_child_', child);
        last = child;
      }
      return top;
    },
  };
}

/** Each step opens ten menus and closes them again. */
function menus(layout: Layout, steps: number) {
  return drawSteps(steps, (program, step) => {
    const page = drawPage(layout, program);
    const script = page.module('http://localhost/app.js');
    for (let i = 0; i < 10 * (step + 1); i += 1) {
      const menu = page.tree('<nav class="menu">', 8, true);
      page.listen(page.window, script.fn('onResize', 7, script.inner({ menu })));
    }
    page.listen(page.window, script.fn('onLoad', 30));
  });
}

describe.each(Object.entries(LAYOUTS))('a page %s', (_, layout) => {
  test('that adds a listener for each menu is told what listens, to what, and what it keeps', async () => {
    const report = await explain(menus(layout, 3));
    expect(report).toMatchObject({ verdict: 'growth', program: 'page' });
    expect(report.growth.filter(({ isMinor }) => !isMinor)).toMatchObject([
      {
        entries: [10, 20, 30],
        holders: 1,
        collection: { kind: 'listeners', className: 'Window', entries: 30 },
        grows: { className: 'function onResize' },
      },
    ]);
    expect(report.detached).toMatchObject([{ name: '<nav class="menu">', trees: [10, 20, 30], nodes: 270 }]);
    const text = renderHeapText(report, look);
    expect(text).toContain('1. listeners of "resize" on Window grew by 20 listeners');
    expect(text).toContain(
      '30 detached trees of the DOM (<nav class="menu">) are still in memory, 10 at first',
    );
    expect(text).toMatch(/listeners of "resize" \(app.js:7\) -> variable `menu`/);
    expect(text).toContain('removeEventListener');
    expect(text).not.toMatch(/under load|culprit diagnose|\(root\)/);
  });

  test('is told the same of one snapshot as far as it goes', async () => {
    const text = renderHeapText(await explain([menus(layout, 2)[1]!]), look);
    expect(text).toContain('1. listeners of "resize" on Window: 20 listeners');
    expect(text).toContain('Between them, do the suspected action and undo it');
  });

  test('whose trees are in the document has no detached ones', async () => {
    const report = await explain(
      drawSteps(3, (program) => {
        const page = drawPage(layout, program);
        const script = page.module('http://localhost/app.js');
        script.variable('menu', page.tree('<nav>', 5, false));
        page.listen(page.window, script.fn('onResize', 3));
      }),
    );
    expect(report).toMatchObject({ verdict: 'no-growth', detached: [], growth: [] });
  });
});

test('older browsers say in the name that a tree is detached', async () => {
  const program = drawProgram();
  const page = drawPage(LAYOUTS['with named fields']!, program);
  const list = program.node('native', 'Detached HTMLUListElement');
  page.module('http://localhost/app.js').variable('old', list);
  expect((await explain([page])).detached).toMatchObject([{ name: 'HTMLUListElement', trees: [1] }]);
});

test('a program of Node.js that imitates a DOM is no page', async () => {
  const program = drawProgram();
  program
    .module('/app/jsdom.js')
    .variable('document', program.instance('HTMLDocument', { body: program.instance('HTMLBodyElement') }));
  expect(await explain([program])).toMatchObject({ program: 'node', detached: [] });
});

describe('the names of V8 15', () => {
  test('scopes, contexts and global objects are known although their names go on', async () => {
    const report = await explain(
      drawSteps(3, (program, step) => {
        const page = drawPage(LAYOUTS['with numbered fields']!, program);
        const context = program.node('native', 'system / NativeContext / ://');
        program.gcRoots.element(2, context);
        const global = program.node('object', 'Window [JSGlobalObject] / ://');
        context.internal('global_object', global);
        const scope = program.node('object', 'system / Context / scope @457');
        const keep = program.node('closure', 'keep').internal('context', scope);
        scope.context('cache', program.map(program.times(50 * (step + 1), () => program.record({}))));
        global.property('keep', keep);
        page.window.shortcut('global_object', global);
      }),
    );
    expect(report.growth).toMatchObject([
      {
        entries: [50, 100, 150],
        collection: {
          kind: 'map',
          path: {
            owner: { kind: 'global', name: 'keep' },
            steps: [{ kind: 'variable', name: 'cache' }],
          },
        },
      },
    ]);
  });
});
