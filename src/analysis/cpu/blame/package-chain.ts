// Through which packages a call went, from the application's line inwards: app > A > B > C.
import type { Frame } from '../../../model/frame.ts';

export interface ChainLink {
  /** `name@version`; null is the application's own code. */
  package: string | null;
  /** The function of it that was called. */
  frame: Frame;
  /** The one that is credited with what was seen. */
  isBlamed: boolean;
}

/** `frames` innermost first, from the code that is blamed or below it up to the application's frame; Node's are skipped. */
export function packageChain(frames: readonly Frame[], blamed: Frame | null): ChainLink[] {
  const links: ChainLink[] = [];
  for (const frame of frames.toReversed()) {
    if (frame.owner !== 'app' && frame.owner !== 'library') continue;
    const name = frame.owner === 'app' ? null : (frame.package ?? 'a library');
    const last = links.at(-1);
    if (last?.package === name) last.isBlamed ||= frame === blamed;
    else links.push({ package: name, frame, isBlamed: frame === blamed });
  }
  return links;
}
