// Collapsed stacks: the text format every flame graph tool reads, one "outer;inner weight" line a stack.
import { type Drawable, type DrawnParts, stacksOf } from './drawable.ts';
import { frameText, threadLabel } from './frame-text.ts';

/**
 * One line a distinct stack, weight in whole microseconds, or bytes of a heap profile; idle, program and GC time are stacks of their own.
 * With several profiles each stack begins with its thread. A `;` within a frame is written `\x3b`.
 */
export function toCollapsed(profiles: readonly Drawable[], parts?: DrawnParts): string {
  const microsByStack = new Map<string, number>();
  for (const profile of profiles) {
    const root = profiles.length > 1 ? [threadLabel(profile)] : [];
    for (const { frames, micros } of stacksOf(profile, parts)) {
      const stack = [...root, ...frames.map(frameText)]
        .map((text) => text.replaceAll(';', '\\x3b'))
        .join(';');
      if (stack !== '') microsByStack.set(stack, (microsByStack.get(stack) ?? 0) + micros);
    }
  }
  return [...microsByStack].map(([stack, micros]) => `${stack} ${Math.round(micros)}\n`).join('');
}
