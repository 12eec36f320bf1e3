// Elements that hold numbers of a differential flame graph. What goes in goes in as text, never as markup.
import type { PageDocument, PageElement } from './page-elements.ts';
import type { DiffWords } from './words.ts';

/** A number on both sides; null is unknown. */
export interface Sides {
  base: number | null;
  head: number | null;
}

export interface DiffTables {
  make(tag: string, className: string, ...children: (PageElement | string)[]): PageElement;
  /** One number on both sides and its difference; `name` is how a script or a test finds them. */
  sidesRow(name: string, label: string, sides: Sides, unit: 'micros' | 'bytes'): PageElement;
  sidesTable(caption: string, ...rows: PageElement[]): PageElement;
  /** A fact without text is left out. */
  factsList(facts: readonly (readonly [name: string, label: string, text: string])[]): PageElement;
}

export function createDiffTables(document: PageDocument, words: DiffWords): DiffTables {
  function make(tag: string, className: string, ...children: (PageElement | string)[]): PageElement {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...children);
    return element;
  }

  function cell(name: string, text: string): PageElement {
    const element = make('td', '', text);
    element.dataset.number = name;
    return element;
  }

  function sidesRow(
    name: string,
    label: string,
    { base, head }: Sides,
    unit: 'micros' | 'bytes',
  ): PageElement {
    const say = unit === 'micros' ? words.micros : words.bytes;
    const saySigned = unit === 'micros' ? words.signedMicros : words.signedBytes;
    const difference = words.difference(base, head);
    return make(
      'tr',
      '',
      make('th', '', label),
      cell(`${name}-base`, say(base)),
      cell(`${name}-head`, say(head)),
      cell(`${name}-difference`, saySigned(difference)),
    );
  }

  function sidesTable(caption: string, ...rows: PageElement[]): PageElement {
    const heads = ['', 'base', 'head', 'difference'].map((text) => make('th', '', text));
    return make('table', 'sides', make('caption', '', caption), make('tr', '', ...heads), ...rows);
  }

  function factsList(facts: readonly (readonly [name: string, label: string, text: string])[]): PageElement {
    const list = make('dl', '');
    for (const [name, label, text] of facts) {
      if (text === '') continue;
      const value = make('dd', '', text);
      value.dataset.number = name;
      list.append(make('dt', '', label), value);
    }
    return list;
  }

  return { make, sidesRow, sidesTable, factsList };
}
