// The last lines of a writer, 30 to 60 of them.
import { addLine, type LineList, linesIn, NO_LINES } from '../read/line-list.ts';

/** Kept when there are twice as many. */
const LEAST = 30;
export const MOST_RECENT = 2 * LEAST;

export interface RecentLines {
  newest: LineList;
  /** What came before `newest`: the last `LEAST` of them, or none. */
  older: LineList;
}

export const NOTHING_RECENT: RecentLines = { newest: NO_LINES, older: NO_LINES };

export function remember({ newest, older }: RecentLines, text: string): RecentLines {
  const lines = addLine(newest, text);
  return lines.count + older.count > MOST_RECENT
    ? { newest: NO_LINES, older: { ...lines, count: LEAST } }
    : { newest: lines, older };
}

/** Oldest first; the last `most` of them. */
export function recentLines({ newest, older }: RecentLines, most = MOST_RECENT): string[] {
  const late = linesIn(newest, most);
  return late.length < most ? [...linesIn(older, most - late.length), ...late] : late;
}
