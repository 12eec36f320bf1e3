// A part of the page with a heading of its own.
import type { PageElement } from './browser.ts';
import type { Builder, Child } from './builder.ts';

export interface Section {
  /** In the address, after "#". */
  id: string;
  title: string;
  /** One sentence on what is seen; "" is none. */
  about?: string;
  content: Child[];
}

/** Without content it is left out. */
export function drawSection({ h, prose }: Builder, { id, title, about = '', content }: Section): PageElement {
  return h(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    h('h2', { id: `${id}-title` }, title),
    about !== '' && h('p', { class: 'about' }, ...prose(about)),
    ...content,
  );
}
