// Makes elements. Every text goes in as text: nothing in this page parses markup.
import type { PageDocument, PageElement, PageNode } from './browser.ts';

export type Child = PageNode | string | null | false | undefined;

/** Attributes by name; those that are undefined or false are left out, true is an empty one. */
export type Attributes = Record<string, string | number | boolean | undefined>;

export interface Builder {
  document: PageDocument;
  /** An HTML element. */
  h(tag: string, attributes?: Attributes | null, ...children: Child[]): PageElement;
  /** An SVG element. */
  s(tag: string, attributes?: Attributes | null, ...children: Child[]): PageElement;
  /** Text in which what stands between backticks is code. */
  prose(text: string): Child[];
}

const SVG = 'http://www.w3.org/2000/svg';

export function createBuilder(document: PageDocument): Builder {
  const fill = (element: PageElement, attributes: Attributes | null, children: Child[]): PageElement => {
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value !== undefined && value !== false)
        element.setAttribute(name, value === true ? '' : String(value));
    }
    element.append(...children.filter((child): child is PageNode | string => Boolean(child)));
    return element;
  };
  const h: Builder['h'] = (tag, attributes = null, ...children) =>
    fill(document.createElement(tag), attributes, children);
  return {
    document,
    h,
    s: (tag, attributes = null, ...children) =>
      fill(document.createElementNS(SVG, tag), attributes, children),
    prose: (text) => text.split('`').map((part, i) => (i % 2 === 0 ? part : h('code', null, part))),
  };
}
