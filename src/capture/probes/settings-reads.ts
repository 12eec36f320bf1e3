// Parts of the settings probe (sent as text, each whole by itself): what servers, agents, requests and handlers say of
// themselves, read from data properties only.
import type { Server } from 'node:net';
import type { AgentSettings, FatalHandlers, ServerSettings } from '../../model/settings.ts';
import type { createTimeoutReads, TimeoutState } from './settings-timeouts.ts';

type PlainReads = ReturnType<typeof createPlainReads>;
type TimeoutReads = ReturnType<typeof createTimeoutReads>;

/** Reads of objects that may be anything: no getter and no trap of a proxy is run. */
export function createPlainReads(isProxy: (value: unknown) => boolean) {
  const isObject = (value: unknown): value is object =>
    (typeof value === 'object' || typeof value === 'function') && value !== null && !isProxy(value);
  const own = (value: unknown, key: string): unknown =>
    isObject(value) ? Object.getOwnPropertyDescriptor(value, key)?.value : undefined;
  const isA = (value: unknown, made: unknown): value is object => {
    const wanted = own(made, 'prototype');
    let at: unknown = value;
    for (let depth = 0; depth < 12 && isObject(at) && isObject(wanted); depth++) {
      at = Object.getPrototypeOf(at);
      if (at === wanted) return true;
    }
    return false;
  };
  const className = (value: unknown): string => {
    const name = isObject(value) ? own(own(Object.getPrototypeOf(value), 'constructor'), 'name') : '';
    return typeof name === 'string' ? name.slice(0, 60) : '';
  };
  const number = (value: unknown, key: string): number | undefined => {
    const found = own(value, key);
    return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : undefined;
  };
  /** JSON has no Infinity: null is no limit. */
  const limit = (value: unknown, key: string): number | null | undefined =>
    own(value, key) === Number.POSITIVE_INFINITY ? null : number(value, key);
  /** Listeners of an EventEmitter, at most so many. */
  const listeners = (emitter: unknown, event: string, most: number): unknown[] => {
    const found = own(own(emitter, '_events'), event);
    if (!isObject(found)) return [];
    if (!Array.isArray(found)) return typeof found === 'function' ? [found] : [];
    return Array.from({ length: Math.min(most, found.length) }, (_, index) => own(found, String(index)));
  };
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch {
      return undefined;
    }
  };
  return { isObject, own, isA, className, number, limit, listeners, attempt };
}

/** Servers, agents and outgoing requests, from open handles and from what modules export. */
export function createServerReads(load: (id: string) => never, plain: PlainReads, timeouts: TimeoutReads) {
  const { own, isA, number, limit, isObject, className, attempt } = plain;
  const MAX_HANDLES = 20_000;
  const MAX_LISTED = 50;
  const MAX_MODULES = 500;
  const http: typeof import('node:http') = load('http');
  const https: typeof import('node:https') = load('https');

  const kindOf = (value: unknown): ServerSettings['kind'] | undefined => {
    if (isA(value, https.Server)) return 'https';
    if (isA(value, http.Server)) return 'http';
    return /^Http2(Secure)?Server$/.test(className(value)) ? 'http2' : undefined;
  };
  const handles = (): unknown[] => {
    const host = process as unknown as { _getActiveHandles?: () => unknown[] };
    return attempt(() => host._getActiveHandles?.().slice(0, MAX_HANDLES)) ?? [];
  };
  const addressOf = (server: unknown): { address?: string; port?: number } => {
    // Node's own method, whatever the program put in its place.
    const found = attempt(() =>
      (load('net') as typeof import('node:net')).Server.prototype.address.call(server as Server),
    );
    return found && typeof found === 'object'
      ? { address: String(found.address).slice(0, 100), port: found.port }
      : {};
  };
  const describeServer = (server: unknown, kind: ServerSettings['kind']): ServerSettings => {
    return {
      kind,
      ...addressOf(server),
      keepAliveMillis: number(server, 'keepAliveTimeout'),
      headersMillis: number(server, 'headersTimeout'),
      requestMillis: number(server, 'requestTimeout'),
      socketMillis: number(server, 'timeout'),
      checkingMillis: number(server, 'connectionsCheckingInterval'),
      maxRequestsPerSocket: number(server, 'maxRequestsPerSocket'),
      maxConnections: number(server, 'maxConnections'),
    };
  };
  const servers = (): { servers: ServerSettings[]; moreServers: number } => {
    const seen = new Set<unknown>();
    const found: ServerSettings[] = [];
    for (const handle of handles()) {
      // A worker of a cluster has no listening handle of its own, but its connections know their server.
      for (const server of [handle, own(handle, 'server')]) {
        if (!isObject(server) || seen.has(server)) continue;
        const kind = kindOf(server);
        if (!kind) continue;
        seen.add(server);
        if (found.length < MAX_LISTED) found.push(describeServer(server, kind));
      }
    }
    return { servers: found, moreServers: seen.size - found.length };
  };

  const isWaiting = (request: unknown) => isA(request, http.ClientRequest) && !own(request, 'res');
  const outgoing = () => {
    const requests = new Map<object, TimeoutState>();
    const hosts = new Set<string>();
    const agents = new Set<unknown>();
    for (const handle of handles()) {
      const request = own(handle, '_httpMessage');
      if (!isObject(request) || !isWaiting(request)) continue;
      const state = timeouts.stateOf(request, handle);
      requests.set(request, state);
      agents.add(own(request, 'agent'));
      const name = own(request, 'host');
      if (state === 'none' && typeof name === 'string' && hosts.size < 5) hosts.add(name.slice(0, 100));
    }
    return { requests, hosts, agents };
  };

  const exportedAgents = function* (): Generator<[string, unknown]> {
    const modules = (load('module') as { _cache?: object })._cache;
    const names = isObject(modules) ? Object.keys(modules).slice(0, MAX_MODULES) : [];
    for (const name of names) {
      const exported = own(own(modules, name), 'exports');
      if (!isObject(exported)) continue;
      yield [name, exported];
      for (const key of Object.keys(exported).slice(0, 100)) yield [`${key} of ${name}`, own(exported, key)];
    }
  };
  const queued = (agent: unknown): number => {
    let count = 0;
    for (const list of ['sockets', 'requests']) {
      const byHost = own(agent, list);
      if (!isObject(byHost)) continue;
      for (const host of Object.keys(byHost).slice(0, 1_000)) {
        const items = own(byHost, host);
        if (Array.isArray(items)) count += items.length;
      }
    }
    return count;
  };
  const agents = (inUse: Iterable<unknown>): AgentSettings[] => {
    const found = new Map<unknown, string>();
    const add = (name: string, agent: unknown) => {
      if (found.size < 200 && isA(agent, http.Agent) && !found.has(agent)) found.set(agent, name.slice(-200));
    };
    add(
      'http.globalAgent',
      attempt(() => http.globalAgent),
    );
    add(
      'https.globalAgent',
      attempt(() => https.globalAgent),
    );
    attempt(() => {
      for (const [name, value] of exportedAgents()) add(name, value);
    });
    for (const agent of inUse) add('an agent with open requests', agent);
    return [...found].slice(0, MAX_LISTED).map(([agent, name]) => ({
      name,
      keepAlive:
        typeof own(agent, 'keepAlive') === 'boolean' ? (own(agent, 'keepAlive') as boolean) : undefined,
      maxSockets: limit(agent, 'maxSockets'),
      maxFreeSockets: limit(agent, 'maxFreeSockets'),
      timeoutMillis: number(own(agent, 'options'), 'timeout'),
      requests: queued(agent),
    }));
  };
  return { servers, agents, outgoing };
}

/** What listeners of fatal events do, told from their text; the text itself stays here. */
export function createHandlerReads({ own, listeners: listenersIn }: PlainReads) {
  const MAX_LISTENERS = 50;
  const listenersOf = (event: string): unknown[] => listenersIn(process, event, MAX_LISTENERS);
  const textOf = (listener: unknown): string => {
    const inner = own(listener, 'listener');
    const fn = typeof inner === 'function' ? inner : listener;
    const text = typeof fn === 'function' ? Function.prototype.toString.call(fn) : '';
    return text.slice(0, 20_000).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
  };
  const STATEMENT =
    /^(?:await |void |return )?(?:console|\w*[lL]og(?:ger)?)(?:\.\w+)*\(.*\)$|^(?:undefined|null|return|void 0|\{\s*\})$/;
  /** Nothing but calls that log, between the braces or behind the arrow. Long ones are not judged: a match must be quick. */
  const onlyLogs = (text: string): boolean => {
    if (text === '' || text.length > 2_000) return false;
    const body = /=>\s*\{([\s\S]*)\}\s*$|^(?:async\s+)?function[^{]*\{([\s\S]*)\}\s*$|=>([\s\S]*)$/.exec(
      text,
    );
    if (!body) return false;
    const statements = (body[1] ?? body[2] ?? body[3] ?? '').split(/[;\n]/).map((line) => line.trim());
    return statements.every((statement) => statement === '' || STATEMENT.test(statement));
  };
  const read = (event: string): FatalHandlers => {
    const listeners = listenersOf(event);
    const texts = listeners.map(textOf);
    return {
      count: listeners.length,
      swallowing: texts.filter(onlyLogs).length,
      ending: texts.filter((text) => /\b(exit|abort|kill|reallyExit)\s*\(|\bthrow\b|exitCode\s*=/.test(text))
        .length,
    };
  };
  return { read, count: (event: string) => listenersOf(event).length };
}
