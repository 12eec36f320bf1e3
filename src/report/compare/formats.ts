// The outputs of a comparison by name.
import type { Comparison } from '../../model/comparison/comparison.ts';
import type { TextOptions } from '../text/text.ts';
import { renderComparisonAnnotations } from './annotations.ts';
import { renderComparisonJson } from './json.ts';
import { renderComparisonJunit } from './junit.ts';
import { renderComparisonMarkdown } from './markdown.ts';
import { renderComparisonSarif } from './sarif.ts';
import { renderComparisonText } from './text/text.ts';

export const COMPARISON_FORMATS = ['text', 'markdown', 'json', 'junit', 'sarif', 'annotations'] as const;
export type ComparisonFormat = (typeof COMPARISON_FORMATS)[number];

/** Each gives the whole output, ending in a newline; only text reads the options. */
export const COMPARISON_RENDERERS: Record<
  ComparisonFormat,
  (comparison: Comparison, options: TextOptions) => string
> = {
  text: renderComparisonText,
  markdown: renderComparisonMarkdown,
  json: renderComparisonJson,
  junit: renderComparisonJunit,
  sarif: renderComparisonSarif,
  annotations: renderComparisonAnnotations,
};
