// The little of a browser that the page uses. The project is checked without the browser's own types, which would
// let any file name `document` or `name` by mistake.

export interface PageElement {
  id: string;
  className: string;
  textContent: string | null;
  title: string;
  value: string;
  tabIndex: number;
  hidden: boolean;
  checked: boolean;
  disabled: boolean;
  readonly clientWidth: number;
  readonly style: Record<'left' | 'top' | 'width' | 'height' | 'background' | 'color', string>;
  readonly dataset: Record<string, string | undefined>;
  readonly classList: { toggle(name: string, isOn: boolean): boolean };
  append(...children: (PageElement | string)[]): void;
  replaceChildren(...children: (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
  closest(selector: string): PageElement | null;
  contains(other: PageElement | null): boolean;
  focus(options?: { preventScroll: boolean }): void;
  scrollIntoView(options: { block: 'nearest' }): void;
  addEventListener(type: string, listen: (event: PageEvent) => void): void;
}

export interface PageEvent {
  readonly target: PageElement;
  readonly key: string;
  preventDefault(): void;
}

export interface PageDocument {
  readonly activeElement: PageElement | null;
  createElement(tag: string): PageElement;
  getElementById(id: string): PageElement | null;
  addEventListener(type: string, listen: (event: PageEvent) => void): void;
}

export interface PageWindow {
  readonly document: PageDocument;
  addEventListener(type: string, listen: () => void): void;
  requestAnimationFrame(draw: () => void): number;
}
