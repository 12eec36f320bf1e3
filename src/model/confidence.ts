// How sure a finding is, in words: its number ranks findings, and is no measured probability.

export type ConfidenceLevel = 'high' | 'medium' | 'low';

/** The cause was seen at work; evidence points at it; it is one of several. 0..1, as rules state it. */
const LEAST = { high: 0.85, medium: 0.65 };

export function confidenceLevel(confidence: number): ConfidenceLevel {
  if (confidence >= LEAST.high) return 'high';
  return confidence >= LEAST.medium ? 'medium' : 'low';
}
