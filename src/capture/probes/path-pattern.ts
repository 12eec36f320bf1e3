// A part of the probe (see install-probe.ts: sent as text, whole by itself): what requests have in common. Queries are
// left out: they hold what is nobody's business.

/** "/orders/8121/lines?token=x" -> "/orders/#/lines". */
export function createPathPattern(): (path: unknown) => string {
  const LONGEST = 120;
  const VARIES = /^([0-9]+|[0-9a-f-]{16,}|(?=.*\d)[\w.~%@:+=-]{9,})$/i;
  return (path) =>
    typeof path === 'string'
      ? path
          .slice(0, 500)
          .replace(/^\w+:\/\/[^/]*/, '')
          .replace(/[?#].*$/, '')
          .split('/')
          .map((part) => (VARIES.test(part) || part.length > 40 ? '#' : part.replace(/\d+/g, '#')))
          .join('/')
          .slice(0, LONGEST)
      : '';
}
