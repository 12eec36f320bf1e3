// A comparison as JSON: the public contract that schema.ts beside this file describes.
import type { Comparison } from '../../model/comparison/comparison.ts';
import { jsonForTerminal } from '../escape.ts';

/** Indented, ending in a newline; safe to print, and equal to `comparison` when parsed. */
export function renderComparisonJson(comparison: Comparison): string {
  return `${jsonForTerminal(comparison)}\n`;
}
