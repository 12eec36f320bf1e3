// How sure a finding is, in words: its number ranks findings. The words are checked against what turned out to be right
// (test/accuracy/calibration.test.ts).

export type ConfidenceLevel = 'high' | 'medium' | 'low';

/** The cause was seen at work; evidence points at it; it is one of several. 0..1, as rules state it. */
const LEAST = { high: 0.85, medium: 0.65 };

/** What share of such findings is right, from and to: docs/accuracy.md has the numbers behind it. */
export const STATED_SHARES: Readonly<Record<ConfidenceLevel, readonly [from: number, to: number]>> = {
  high: [0.8, 1],
  medium: [0.3, 0.85],
  low: [0, 0.6],
};

export function confidenceLevel(confidence: number): ConfidenceLevel {
  if (confidence >= LEAST.high) return 'high';
  return confidence >= LEAST.medium ? 'medium' : 'low';
}
