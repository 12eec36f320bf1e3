// How sure a finding is, in words: its number ranks findings. What the words mean is held against what turned out to be right
// (test/accuracy/calibration.test.ts).

export type ConfidenceLevel = 'high' | 'medium' | 'low';

/**
 * The cause was seen at work; evidence points at it; it is one of several. 0..1, as rules state it, and about the least share of such
 * findings that are right.
 */
export const LEAST_CONFIDENCE: Readonly<Record<ConfidenceLevel, number>> = {
  high: 0.85,
  medium: 0.65,
  low: 0,
};

export function confidenceLevel(confidence: number): ConfidenceLevel {
  if (confidence >= LEAST_CONFIDENCE.high) return 'high';
  return confidence >= LEAST_CONFIDENCE.medium ? 'medium' : 'low';
}
