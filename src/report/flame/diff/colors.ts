// Colours of a differential flame graph: red for more, blue for less (told apart with every kind of colour
// blindness), grey for what is within the noise.

export interface FrameColors {
  background: string;
  text: string;
}

type Rgb = readonly [red: number, green: number, blue: number];
// Ends of the red-blue scale of ColorBrewer (https://colorbrewer2.org, RdBu), made for this.
const MORE: readonly [Rgb, Rgb] = [
  [253, 219, 199],
  [178, 24, 43],
];
const LESS: readonly [Rgb, Rgb] = [
  [209, 229, 240],
  [33, 102, 172],
];
const NOISE: FrameColors = { background: '#dcdcdc', text: '#333333' };

/** `largest` is the largest change that counts: it has the full colour. */
export function createDiffColors(
  largest: number,
): (difference: number, isSignificant: boolean) => FrameColors {
  return (difference, isSignificant) => {
    if (!isSignificant || difference === 0 || largest <= 0) return NOISE;
    // The root keeps a change of a hundredth of the largest visible.
    const strength = Math.sqrt(Math.min(1, Math.abs(difference) / largest));
    const [pale, full] = difference > 0 ? MORE : LESS;
    const mix = pale.map((channel, i) => Math.round(channel + (full[i]! - channel) * strength));
    return { background: `rgb(${mix.join(', ')})`, text: strength > 0.8 ? '#ffffff' : '#111111' };
  };
}
