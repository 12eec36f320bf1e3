// A trace of Chrome, DevTools, Electron or Node's `--trace-events`: its Profile and ProfileChunk events are CPU profiles, one
// for each thread that was sampled.
import { isObject, listIn, numberIn, objectIn, textIn } from '../../model/decode/unknown-json.ts';
import type { ForeignProfile } from './raw-profile.ts';

/** The events of a trace, which may stand in a list of their own or under `traceEvents`; null when it is no trace. */
export function traceEventsOf(content: unknown): Record<string, unknown>[] | null {
  const list = Array.isArray(content) ? content : objectIn(content).traceEvents;
  if (!Array.isArray(list)) return null;
  const events = list.filter(isObject);
  return events.some(({ ph }) => typeof ph === 'string') || !Array.isArray(content) ? events : null;
}

interface Session {
  pid: number | null;
  tid: number | null;
  startTime: number;
  endTime: number;
  nodes: { id: unknown; callFrame: unknown; children: readonly unknown[]; parent: unknown }[];
  samples: unknown[];
  timeDeltas: unknown[];
}

/** The profile with most samples of code first: the thread that people mean. Empty when JavaScript was not sampled. */
export function fromChromeTrace(events: readonly Record<string, unknown>[]): ForeignProfile[] {
  const sessions = new Map<string, Session>();
  const whole = events.flatMap((event) => wholeProfile(event) ?? []);
  for (const event of events) {
    if (event.name !== 'Profile' && event.name !== 'ProfileChunk') continue;
    const session = sessionOf(sessions, event);
    if (event.name === 'ProfileChunk') addChunk(session, event);
  }
  const threads = threadNames(events);
  const inParts = [...sessions.values()]
    .filter(({ nodes }) => nodes.length > 0)
    .map(({ pid, tid, ...session }) => ({ pid, tid, content: finish(session) }));
  return [...inParts, ...whole]
    .map(({ pid, tid, content }) => ({ name: threads(pid, tid), content }))
    .sort((a, b) => rankOf(a.name) - rankOf(b.name) || b.content.samples.length - a.content.samples.length)
    .map(({ name, content }) => ({ kind: 'cpu-profile' as const, threadName: name, content }));
}

interface Found {
  pid: number | null;
  tid: number | null;
  content: { samples: readonly unknown[] };
}

/** Old versions of Chrome write the profile of a thread in one event. */
function wholeProfile(event: Record<string, unknown>): Found | null {
  const profile = event.name === 'CpuProfile' ? objectIn(objectIn(event.args).data).cpuProfile : null;
  if (!isObject(profile)) return null;
  const content = { ...profile, samples: listIn(profile, 'samples') };
  return { pid: numberIn(event, 'pid'), tid: numberIn(event, 'tid'), content };
}

/** A page's own thread comes before its workers, and both before those of the browser. */
function rankOf(name: string): number {
  return /^(CrRendererMain|main)\b/.test(name) ? 0 : /worker/i.test(name) ? 1 : 2;
}

/** Chunks are written by a thread of the profiler's: only Profile tells which thread was sampled. */
function sessionOf(sessions: Map<string, Session>, event: Record<string, unknown>): Session {
  const pid = numberIn(event, 'pid');
  const key = `${pid}|${typeof event.id === 'number' ? event.id : textIn(event, 'id')}`;
  const known = sessions.get(key);
  const data = objectIn(objectIn(event.args).data);
  const session: Session = known ?? {
    pid,
    tid: numberIn(event, 'tid'),
    startTime: numberIn(event, 'ts') ?? 0,
    endTime: 0,
    nodes: [],
    samples: [],
    timeDeltas: [],
  };
  if (!known) sessions.set(key, session);
  if (event.name === 'Profile') {
    session.tid = numberIn(event, 'tid');
    session.startTime = numberIn(data, 'startTime') ?? session.startTime;
  }
  return session;
}

function addChunk(session: Session, event: Record<string, unknown>): void {
  const data = objectIn(objectIn(event.args).data);
  const profile = objectIn(data.cpuProfile);
  for (const node of listIn(profile, 'nodes')) {
    if (!isObject(node)) continue;
    const children = listIn(node, 'children');
    session.nodes.push({ id: node.id, callFrame: node.callFrame, children, parent: node.parent });
  }
  append(session.samples, listIn(profile, 'samples'));
  append(
    session.timeDeltas,
    listIn(data, 'timeDeltas').length > 0 ? listIn(data, 'timeDeltas') : listIn(profile, 'timeDeltas'),
  );
  session.endTime = numberIn(data, 'endTime') ?? numberIn(profile, 'endTime') ?? session.endTime;
}

/** A spread of a very long list would be as many arguments. */
function append(to: unknown[], more: readonly unknown[]): void {
  for (const each of more) to.push(each);
}

/** Nodes name their parents in Chrome's traces, some their children, too; in those of Rspack and in V8's files only these. */
function finish({ nodes, samples, timeDeltas, startTime, endTime }: Omit<Session, 'pid' | 'tid'>) {
  const areByParent = nodes.some(({ parent }) => parent !== undefined);
  const byId = new Map(
    nodes.map(({ id, callFrame, children }) => [
      id,
      { id, callFrame, children: areByParent ? [] : [...children] },
    ]),
  );
  for (const { id, parent } of nodes) byId.get(parent)?.children.push(id);
  return {
    nodes: nodes.map(({ id }) => byId.get(id)!),
    samples,
    timeDeltas,
    startTime,
    ...(endTime > 0 && { endTime }),
  };
}

function threadNames(
  events: readonly Record<string, unknown>[],
): (pid: number | null, tid: number | null) => string {
  const names = new Map<string, string>();
  const processes = new Set<number | null>();
  for (const event of events) {
    if (event.name === 'Profile') processes.add(numberIn(event, 'pid'));
    if (event.ph !== 'M' || event.name !== 'thread_name') continue;
    names.set(
      `${numberIn(event, 'pid')}|${numberIn(event, 'tid')}`,
      textIn(event.args, 'name').slice(0, 100),
    );
  }
  return (pid, tid) => {
    const isOnly = processes.size + names.size <= 1;
    // The first thread of a process has its number on Linux and in what tools of Node.js write.
    const name = names.get(`${pid}|${tid}`) ?? (isOnly || tid === pid ? 'main' : `thread ${tid}`);
    return processes.size > 1 ? `${name} (process ${pid})` : name;
  };
}
