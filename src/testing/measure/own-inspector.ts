// The inspector of this very process, over a session in the same thread: forced collections, live bytes by allocation
// stack, all live objects, and the text of scripts as they run.
import { EventEmitter } from 'node:events';
import { Session } from 'node:inspector';
import { createExchange } from '../../probe/objects/exchange.ts';
import type { WireFrame } from '../../wire/parts.ts';
import { withinBody } from './noise.ts';

/** A stack innermost first, frames as [functionName, url, line, column], 0-based. */
export type RawStack = WireFrame[];

export interface OwnInspector {
  collectGarbage(): Promise<void>;
  /** False where another profiler is at it. */
  startSampling(): boolean;
  /** Bytes that live, by the stack that allocated them. Empty when not sampling. */
  liveBytesByStack(): Map<string, { bytes: number; stack: RawStack }>;
  stopSampling(): void;
  /** All live objects, those without a prototype left out. */
  allObjects(): object[];
  /** Where these functions begin. */
  placesOf(functions: object[]): (RawStack[number] | null)[];
  /** What V8 runs, by URL, where `isWanted`: what a transforming runner gave it, source map included. */
  scriptTexts(isWanted: (url: string) => boolean): Map<string, string>;
  close(): void;
}

/** Bytes between samples: of what leaks 1 KB a round, 1 round in 3,000 goes unseen (with 512 it is 1 in 7). */
const SAMPLING_BYTES = 128;

interface Remote {
  objectId?: string;
  value?: unknown;
}

interface ProfileNode {
  callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number };
  selfSize: number;
  children: ProfileNode[];
}

export function openOwnInspector(): OwnInspector {
  const session = new Session();
  session.connect();
  const post = <T>(method: string, params: object = {}): T => {
    let failure: Error | null = null;
    let answer: T | undefined;
    // In the same thread answers come before post returns.
    session.post(method, params, (error, result) => {
      failure = error;
      answer = result as T;
    });
    if (failure) throw failure;
    return answer as T;
  };
  const objects = createObjectSearch(post, () => listContexts(session, post));
  let isSampling = false;
  return {
    // The one command that V8 answers later, from a task of its own.
    collectGarbage: () =>
      new Promise((resolve, reject) =>
        session.post('HeapProfiler.collectGarbage', (error) => (error ? reject(error) : resolve())),
      ),
    startSampling() {
      if (isSampled(post)) return false;
      try {
        post('HeapProfiler.startSampling', { samplingInterval: SAMPLING_BYTES });
        isSampling = true;
      } catch {}
      return isSampling;
    },
    liveBytesByStack() {
      if (!isSampling) return new Map();
      const { profile } = post<{ profile: { head: ProfileNode } }>('HeapProfiler.getSamplingProfile');
      return bytesByStack(profile.head);
    },
    stopSampling() {
      if (isSampling) post('HeapProfiler.stopSampling');
      isSampling = false;
    },
    allObjects: objects.all,
    placesOf(functions) {
      const urls = listScripts(session, post, () => {});
      return functions.map((fn) => objects.placeOf(fn, urls));
    },
    scriptTexts(isWanted) {
      const texts = new Map<string, string>();
      listScripts(session, post, (scriptId, url) => {
        if (!isWanted(url)) return;
        try {
          texts.set(
            url,
            post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId }).scriptSource,
          );
        } catch {}
      });
      return texts;
    },
    close: () => session.disconnect(),
  };
}

/** V8 has one heap sampler and answers a second start like the first: only one that runs gives a profile. */
function isSampled(post: (method: string) => unknown): boolean {
  try {
    post('HeapProfiler.getSamplingProfile');
    return true;
  } catch {
    return false;
  }
}

/** Never pauses anything: the debugger is on only to list the scripts there are. */
function listScripts(
  session: Session,
  post: <T>(method: string, params?: object) => T,
  visit: (scriptId: string, url: string) => void,
): Map<string, string> {
  const urls = new Map<string, string>();
  const note = ({ params }: { params: { scriptId: string; url: string } }) => {
    urls.set(params.scriptId, params.url);
  };
  session.on('Debugger.scriptParsed', note);
  try {
    post('Debugger.setSkipAllPauses', { skip: true });
    post('Debugger.enable');
    for (const [scriptId, url] of urls) visit(scriptId, url);
  } finally {
    post('Debugger.disable');
    session.off('Debugger.scriptParsed', note);
  }
  return urls;
}

function listContexts(session: Session, post: <T>(method: string, params?: object) => T): number[] {
  const ids: number[] = [];
  const note = ({ params }: { params: { context: { id: number } } }) => void ids.push(params.context.id);
  session.on('Runtime.executionContextCreated', note);
  try {
    post('Runtime.enable');
  } finally {
    post('Runtime.disable');
    session.off('Runtime.executionContextCreated', note);
  }
  return ids;
}

const LONGEST_STACK = 32;

function bytesByStack(head: ProfileNode): Map<string, { bytes: number; stack: RawStack }> {
  const found = new Map<string, { bytes: number; stack: RawStack }>();
  const visit = (node: ProfileNode, outer: RawStack) => {
    const { functionName, url, lineNumber, columnNumber } = node.callFrame;
    const isRoot = functionName === '(root)';
    const stack = isRoot ? outer : [[functionName, url, lineNumber, columnNumber], ...outer];
    if (node.selfSize > 0) {
      const near = withinBody(stack).slice(0, LONGEST_STACK);
      const key = near.map((frame) => `${frame[0]}|${frame[1]}:${frame[2]}:${frame[3]}`).join('\n');
      const known = found.get(key);
      if (known) known.bytes += node.selfSize;
      else found.set(key, { bytes: node.selfSize, stack: near });
    }
    for (const child of node.children) visit(child, stack);
  };
  visit(head, []);
  return found;
}

/** In the realm of Node itself, too: tests may run in a realm of their own (jest), whose globals an expression does not find. */
function createObjectSearch(post: <T>(method: string, params?: object) => T, listContexts: () => number[]) {
  const group = 'culprit-testing';
  const nodesFunction = EventEmitter.constructor as FunctionConstructor;
  const realm = nodesFunction('return globalThis')() as object;
  const exchange = createExchange([realm, globalThis]);
  const during = <T>(work: () => T): T => {
    exchange.open();
    try {
      return work();
    } finally {
      exchange.close();
      post('Runtime.releaseObjectGroup', { objectGroup: group });
    }
  };
  const evaluate = (expression: string, contextId?: number): Remote => {
    const question = { expression, contextId, objectGroup: group, silent: true };
    return post<{ result: Remote }>('Runtime.evaluate', question).result;
  };
  /** V8 lists objects of one context at a time: that of Node, and that of the test where it has one of its own. */
  const contexts = (): (number | undefined)[] => {
    if (realm === globalThis) return [undefined];
    return listContexts().filter((id) => evaluate(`typeof ${exchange.name}`, id).value === 'function');
  };
  return {
    all: () =>
      during(() => {
        const found: object[] = [];
        for (const context of contexts()) {
          const prototypeObjectId = evaluate('Object.prototype', context).objectId;
          const { objects } = post<{ objects: Remote }>('Runtime.queryObjects', {
            prototypeObjectId,
            objectGroup: group,
          });
          for (const object of exchange.take({ post }, objects) as object[]) found.push(object);
          exchange.give(undefined);
          post('Runtime.releaseObjectGroup', { objectGroup: group });
        }
        return found;
      }),
    placeOf: (fn: object, urls: Map<string, string>): RawStack[number] | null =>
      during(() => {
        const { internalProperties = [] } = post<{
          internalProperties?: { name: string; value?: { value?: unknown } }[];
        }>('Runtime.getProperties', { objectId: evaluate(exchange.give(fn)).objectId, ownProperties: true });
        const at = internalProperties.find((property) => property.name === '[[FunctionLocation]]')?.value
          ?.value as { scriptId: string; lineNumber: number; columnNumber: number } | undefined;
        const url = at && urls.get(at.scriptId);
        return url ? [String((fn as { name?: unknown }).name), url, at.lineNumber, at.columnNumber] : null;
      }),
  };
}
