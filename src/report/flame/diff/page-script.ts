// The page's own code as text.
import startDiffPage from './page.ts?page';

/** A script that draws what it finds as JSON in the element `diff`. */
export function diffPageScript(): string {
  const data = `JSON.parse(document.getElementById('diff').textContent)`;
  return `'use strict';\n${startDiffPage}(window, ${data});`;
}
