// The little of a browser that the page uses. The project is checked without the browser's own types, which would let any file
// name `document` or `name` by mistake.

export interface PageNode {
  textContent: string | null;
}

export interface PageElement extends PageNode {
  id: string;
  value: string;
  hidden: boolean;
  open: boolean;
  tabIndex: number;
  readonly clientWidth: number;
  readonly firstElementChild: PageElement | null;
  readonly style: { setProperty(name: string, value: string): void };
  readonly dataset: Record<string, string | undefined>;
  readonly classList: { add(name: string): void; toggle(name: string, isOn: boolean): boolean };
  append(...children: (PageNode | string)[]): void;
  replaceChildren(...children: (PageNode | string)[]): void;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  getBoundingClientRect(): { left: number; width: number };
  querySelectorAll(selector: string): Iterable<PageElement>;
  querySelector(selector: string): PageElement | null;
  closest(selector: string): PageElement | null;
  focus(options?: { preventScroll: boolean }): void;
  select(): void;
  remove(): void;
  scrollIntoView(options: { block: 'nearest' | 'start' | 'center' }): void;
  addEventListener(type: string, listen: (event: PageEvent) => void): void;
}

export interface PageEvent {
  readonly target: PageElement;
  readonly key: string;
  readonly clientX: number;
  preventDefault(): void;
}

export interface PageDocument {
  readonly documentElement: PageElement;
  readonly body: PageElement;
  readonly activeElement: PageElement | null;
  createElement(tag: string): PageElement;
  createElementNS(namespace: string, tag: string): PageElement;
  getElementById(id: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  addEventListener(type: string, listen: (event: PageEvent) => void): void;
  execCommand(command: 'copy'): boolean;
}

export interface PageWindow {
  readonly document: PageDocument;
  readonly navigator: { readonly clipboard?: { writeText(text: string): Promise<void> } };
  matchMedia(query: string): { readonly matches: boolean };
  addEventListener(type: string, listen: () => void): void;
  requestAnimationFrame(draw: () => void): number;
}
