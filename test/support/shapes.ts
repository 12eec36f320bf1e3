// Curves over time, in seconds, for what is counted: how leaks and healthy programs look.

export type Shape = (seconds: number) => number;

export const constant =
  (value: number): Shape =>
  () =>
    value;

export const linear =
  (perSecond: number, start = 0): Shape =>
  (t) =>
    start + perSecond * t;

/** /|/|/| */
export const sawtooth =
  (periodSeconds: number, height: number, start = 0): Shape =>
  (t) =>
    start + ((t % periodSeconds) / periodSeconds) * height;

/** A bounded cache or pool: rises evenly, then stays. */
export const filling =
  (untilSeconds: number, height: number, start = 0): Shape =>
  (t) =>
    start + Math.min(1, t / untilSeconds) * height;

/** A warm-up: quick at first, then ever slower. */
export const settling =
  (tauSeconds: number, height: number, start = 0): Shape =>
  (t) =>
    start + (1 - Math.exp(-t / tauSeconds)) * height;

export const step =
  (atSeconds: number, height: number, start = 0): Shape =>
  (t) =>
    start + (t >= atSeconds ? height : 0);

/** Several steps of the same height. */
export const stairs =
  (atSeconds: readonly number[], height: number, start = 0): Shape =>
  (t) =>
    start + atSeconds.filter((at) => t >= at).length * height;

export const sum =
  (...shapes: Shape[]): Shape =>
  (t) =>
    shapes.reduce((all, shape) => all + shape(t), 0);

export const whole =
  (shape: Shape): Shape =>
  (t) =>
    Math.floor(shape(t));

/** The same noise for the same seed and time, evenly spread around 0. */
export const noise =
  (amplitude: number, seed = 1): Shape =>
  (t) =>
    (seededRandom(Math.round(t * 1_000) * 7_919 + seed)() - 0.5) * 2 * amplitude;

/** mulberry32: numbers in 0..1 that are the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4_294_967_296;
  };
}
