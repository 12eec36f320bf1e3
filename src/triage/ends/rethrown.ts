// An error that a package threw itself because nothing handled it: its source line, which Node prints, begins with "throw".
import { ownerOf } from '../../model/owner/owner.ts';
import { packageOf } from '../../model/owner/package-in-path.ts';
import { applicationFrame } from './crash-error.ts';
import { type Ending, eventOf } from './ending.ts';

export interface Rethrown {
  /** "http-proxy". */
  package: string;
  /** "node_modules/http-proxy/lib/http-proxy/index.js:120". */
  place: string;
}

const MOST_HEAD_LINES = 4;

/** Null where the application is in the stack: then the error is its own, or it called the package. */
export function rethrownBy(ending: Ending): Rethrown | null {
  const event = eventOf(ending, 'uncaught');
  if (!event || event.isRejection || applicationFrame(event.error)) return null;
  const isThrow = event.lines.slice(1, MOST_HEAD_LINES).some((line) => /^\s*throw [\w$]+;?\s*$/.test(line));
  const found = ownerOf(event.place) === 'library' ? packageOf(event.place) : null;
  if (!isThrow || !found) return null;
  return { package: found.name, place: event.place.replace(/^.*\/(?=node_modules\/)/, '') };
}
