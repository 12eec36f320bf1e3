// speedscope's own file format (https://www.speedscope.app/file-format-schema.json), one profile a thread.
import type { Frame } from '../../model/frame.ts';
import { escapeControls } from '../escape.ts';
import { type Drawable, type DrawnParts, stacksOf, unitOf } from './drawable.ts';
import { frameText, threadLabel } from './frame-text.ts';
import type { TimedStack } from './timed-stacks.ts';

export interface SpeedscopeFrame {
  /** With the place in it, because the graph itself shows nothing else. */
  name: string;
  file?: string;
  /** 1-based. */
  line?: number;
  /** 1-based. */
  col?: number;
}

/** Samples in time order: each a list of indices into the frames, outermost first, and its weight. */
export interface SpeedscopeSampledProfile {
  type: 'sampled';
  name: string;
  unit: 'microseconds' | 'bytes';
  startValue: number;
  endValue: number;
  samples: number[][];
  weights: number[];
}

export interface SpeedscopeFile {
  $schema: 'https://www.speedscope.app/file-format-schema.json';
  name: string;
  exporter: 'culprit';
  activeProfileIndex: number;
  shared: { frames: SpeedscopeFrame[] };
  profiles: SpeedscopeSampledProfile[];
}

/** `name` is shown as the title. The viewer opens on the first profile: give the main thread first. */
export function toSpeedscope(
  profiles: readonly Drawable[],
  name: string,
  parts?: DrawnParts,
): SpeedscopeFile {
  const frames = createFrameTable();
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name: escapeControls(name),
    exporter: 'culprit',
    activeProfileIndex: 0,
    profiles: profiles.map((profile) => toSampledProfile(profile, stacksOf(profile, parts), frames.indexOf)),
    shared: { frames: frames.list },
  };
}

function toSampledProfile(
  profile: Drawable,
  stacks: readonly TimedStack[],
  indexOf: (frame: Frame) => number,
): SpeedscopeSampledProfile {
  const weights = stacks.map((stack) => stack.micros);
  return {
    type: 'sampled',
    name: threadLabel(profile),
    unit: unitOf(profile),
    startValue: 0,
    endValue: weights.reduce((sum, micros) => sum + micros, 0),
    samples: stacks.map((stack) => stack.frames.map(indexOf)),
    weights,
  };
}

/** Numbers frames by what they show: the same function in two call trees is one frame. */
function createFrameTable() {
  const list: SpeedscopeFrame[] = [];
  const indexByText = new Map<string, number>();
  const indexOf = (frame: Frame): number => {
    const name = frameText(frame);
    const key = `${name}\n${frame.column}`;
    const index = indexByText.get(key) ?? list.length;
    if (index === list.length) {
      indexByText.set(key, index);
      list.push({ name, ...placeOf(frame) });
    }
    return index;
  };
  return { list, indexOf };
}

function placeOf({ file, line, column }: Frame): Omit<SpeedscopeFrame, 'name'> {
  if (file === null) return {};
  return {
    file: escapeControls(file),
    ...(line !== null && { line }),
    ...(column !== null && { col: column }),
  };
}
