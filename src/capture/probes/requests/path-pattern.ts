// What the paths of requests have in common. Queries are left out: they hold what is nobody's business.

const LONGEST = 120;
const VARIES = /^([0-9]+|[0-9a-f-]{16,}|(?=.*\d)[\w.~%@:+=-]{9,})$/i;

/** "/orders/8121/lines?token=x" -> "/orders/#/lines"; "" for what is no text. */
export function pathPattern(path: unknown): string {
  if (typeof path !== 'string') return '';
  return path
    .slice(0, 500)
    .replace(/^\w+:\/\/[^/]*/, '')
    .replace(/[?#].*$/, '')
    .split('/')
    .map((part) => (VARIES.test(part) || part.length > 40 ? '#' : part.replace(/\d+/g, '#')))
    .join('/')
    .slice(0, LONGEST);
}
