// A session with the inspector of this very thread: commands are answered before the call returns.
import type { Load } from '../core.ts';

export interface InspectorSession {
  /** Undefined where the inspector refuses. */
  post<T>(method: string, params: object): T | undefined;
  /** URLs by script id. Never pauses, and is off again at once: it only lists the scripts there are. Takes milliseconds. */
  listScripts(): Map<string, string>;
  close(): void;
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
      const scripts = new Map<string, string>();
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
