// Text that stands in a page as a script or a style, and the hash by which the page's policy allows exactly it.
import { createHash } from 'node:crypto';

/** The text as the browser will hash it: one kind of line end, and nothing in it that ends or nests a script. */
export function inlineScript(script: string): string {
  return script
    .replace(/^\/\/# sourceMappingURL=.*$/gm, '')
    .replace(/\r\n?/g, '\n')
    .replace(/<(\/script|script|!--)/gi, '\\x3c$1');
}

/** A source of a Content-Security-Policy: `'sha256-...'` of the element's text. */
export function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** The content security policy of a page with this one script and this one style sheet: it loads and runs nothing else. */
export function pagePolicy(script: string, style: string): string {
  return [
    `default-src 'none'`,
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    'img-src data:',
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
}
