// A recording of the timelines of Safari's Web Inspector: its sampled stacks of JavaScript.
import { isObject, listIn, numberIn, objectIn, textIn } from '../../model/decode/unknown-json.ts';
import { createRawProfile, type ForeignProfile, stateFrame } from './raw-profile.ts';

export function isSafari(content: unknown): content is Record<string, unknown> {
  return isObject(content) && Array.isArray(objectIn(content.recording).sampleStackTraces);
}

const MAX_DEPTH = 2_000;

/** Stacks are listed from the innermost frame outwards; times are in seconds. Only running JavaScript is sampled. */
export function fromSafari(content: Record<string, unknown>): ForeignProfile[] {
  const profile = createRawProfile();
  for (const trace of listIn(content.recording, 'sampleStackTraces')) {
    let node = profile.root;
    for (const frame of listIn(trace, 'stackFrames').slice(0, MAX_DEPTH).reverse())
      node = profile.node(node, frameOf(frame));
    const at = numberIn(trace, 'timestamp');
    if (at !== null) profile.sample(node, at * 1e6);
  }
  const raw = profile.finish();
  return raw.samples.length === 0 ? [] : [{ kind: 'cpu-profile', threadName: 'main', content: raw }];
}

/** Lines and columns are 1-based; native functions have no file. */
function frameOf(frame: unknown) {
  const url = textIn(frame, 'url');
  const functionName = textIn(frame, 'name').replace(/^\(anonymous function\)$/, '');
  if (url === '') return stateFrame(functionName || '(anonymous)');
  return {
    functionName,
    url,
    lineNumber: (numberIn(frame, 'line') ?? 0) - 1,
    columnNumber: (numberIn(frame, 'column') ?? 0) - 1,
  };
}
