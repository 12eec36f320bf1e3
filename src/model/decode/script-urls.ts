// The URL of a function that V8 names without one.
import type { ScriptFrame } from './profile-nodes.ts';

/**
 * V8 leaves out the URL of some functions that it has inlined; other frames of their script have it. An id with several URLs, as
 * other tools write it, names no script. Each frame keeps its place in the list.
 */
export function withScriptUrls(frames: readonly ScriptFrame[]): readonly ScriptFrame[] {
  const urls = new Map<string, string>();
  for (const { scriptId, url } of frames)
    if (scriptId !== '' && url !== '') urls.set(scriptId, (urls.get(scriptId) ?? url) === url ? url : '');
  return frames.map((frame) => {
    // What is built in has no line.
    const url = frame.url === '' && frame.lineNumber >= 0 ? urls.get(frame.scriptId) : undefined;
    return url ? { ...frame, url } : frame;
  });
}
