// A session with the inspector of this very thread: commands are answered before the call returns.
import type { Load } from '../load.ts';

export interface InspectorSession {
  /** Undefined where the inspector refuses. */
  post<T>(method: string, params: object): T | undefined;
  /**
   * URLs by script id, of the scripts whose functions have run. V8 goes through the heap for it, milliseconds. The Debugger
   * domain would tell all scripts, and first looks for the lines of all their texts: 30 to 260 ms (seen on Node 20 to 26).
   */
  listScripts(): Map<string, string>;
  /**
   * The same of all scripts, also of those that have only been loaded: by the Debugger domain, which never pauses anything, and
   * slows each await of the thread for good.
   */
  listAllScripts(): Map<string, string>;
  close(): void;
}

/**
 * Node counts what runs here, and V8 forgets the counts when the Profiler domain of any session is off again, or, on Node 24,
 * its Debugger domain.
 */
export function isCovered(): boolean {
  return (process.env.NODE_V8_COVERAGE ?? '') !== '';
}

/** Throws where there is no inspector. */
export function openInspectorSession(load: Load): InspectorSession {
  const inspector: typeof import('node:inspector') = load('inspector');
  const session = new inspector.Session();
  session.connect();
  const post = <T>(method: string, params: object): T | undefined => {
    let answer: T | undefined;
    // Answers come before post returns.
    session.post(method, params, (error: unknown, result: unknown) => {
      if (!error) answer = result as T;
    });
    return answer;
  };
  return {
    post,
    listScripts() {
      if (isCovered()) return new Map();
      post('Profiler.enable', {});
      // Counts nothing and resets nothing: it reads what V8 knows for its own sake.
      const ran = post<{ result: { scriptId: string; url: string }[] }>('Profiler.getBestEffortCoverage', {});
      return new Map(ran?.result.map(({ scriptId, url }) => [scriptId, url]));
    },
    listAllScripts() {
      const scripts = new Map<string, string>();
      if (isCovered()) return scripts;
      session.on('Debugger.scriptParsed', ({ params }: { params: { scriptId: string; url: string } }) => {
        scripts.set(params.scriptId, params.url);
      });
      post('Debugger.setSkipAllPauses', { skip: true });
      post('Debugger.enable', {});
      post('Debugger.disable', {});
      return scripts;
    },
    close: () => session.disconnect(),
  };
}
