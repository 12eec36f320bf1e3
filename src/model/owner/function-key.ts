// One function by where it begins, alike for profiles and for the inspector, whichever way its script is named.
import { plainPath } from './owner.ts';

/** 0-based, as V8 counts. */
export interface FunctionStart {
  url: string;
  line: number;
  column: number;
}

export function functionKey({ url, line, column }: FunctionStart): string {
  return `${plainPath(url)}:${line}:${column}`;
}
