// What holds the objects that accumulate, drawn from the root down to the leak.
import { describeOwner, describePlace, describeStep, shorten } from '../../../model/heap/heap-path-words.ts';
import type { RetainerPath } from '../../../model/heap/heap-report.ts';
import type { PageElement } from '../browser.ts';
import type { Builder } from '../builder.ts';

/** Files are shown relative to `folder`. */
export function drawRetainers(
  { h, prose }: Builder,
  { owner, steps }: RetainerPath,
  folder = '',
): PageElement {
  const lastSuspect = steps.findLastIndex(({ isSuspect }) => isSuspect);
  const node = (way: string, className: string, place: string, mark: string) =>
    h(
      'li',
      { class: mark },
      h('span', { class: 'way' }, ...prose(way)),
      className !== '' && h('span', { class: 'class-name' }, shorten(className)),
      place !== '' && h('code', { class: 'place wrap' }, place),
    );
  return h(
    'figure',
    { class: 'retainers' },
    h('figcaption', null, 'What holds it, from the root down'),
    h(
      'ol',
      { class: 'chain' },
      node(
        describeOwner(owner),
        owner.className,
        describePlace(owner.place, folder),
        steps.length === 0 ? 'root suspect' : 'root',
      ),
      ...steps.map((step, i) =>
        node(
          describeStep(step),
          step.className,
          describePlace(step.place, folder),
          i === lastSuspect || (lastSuspect < 0 && i === steps.length - 1)
            ? 'suspect'
            : step.isSuspect
              ? 'suspect'
              : '',
        ),
      ),
    ),
  );
}
