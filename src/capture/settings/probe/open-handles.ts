// Open handles of the thread, and what the settings probe asks of them: servers, and requests on their way.
import type { Server } from 'node:net';
import type { ServerSettings } from '../../../model/settings/settings.ts';
import type { Load } from '../../../probe/load.ts';
import { activeHandles } from '../../../probe/objects/active-handles.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { attempt, numberOf } from './setting-values.ts';
import type { TimeoutReads, TimeoutState } from './timeout-reads.ts';

const MAX_HANDLES = 20_000;
const MAX_SERVERS = 50;
const MAX_HOSTS = 5;

function openHandles(): unknown[] {
  return attempt(() => activeHandles().slice(0, MAX_HANDLES)) ?? [];
}

export function readServers(
  load: Load,
  reads: DataReads,
): { servers: ServerSettings[]; moreServers: number } {
  const seen = new Set<unknown>();
  const servers: ServerSettings[] = [];
  for (const handle of openHandles()) {
    // A worker of a cluster has no listening handle of its own, but its connections know their server.
    for (const server of [handle, reads.own(handle, 'server')]) {
      const kind = seen.has(server) ? undefined : kindOf(load, reads, server);
      if (!kind) continue;
      seen.add(server);
      if (servers.length < MAX_SERVERS)
        servers.push({ kind, ...addressOf(load, server), ...limitsOf(reads, server) });
    }
  }
  return { servers, moreServers: seen.size - servers.length };
}

function kindOf(
  load: Load,
  { isA, classNameOf }: DataReads,
  value: unknown,
): ServerSettings['kind'] | undefined {
  const http: typeof import('node:http') = load('http');
  const https: typeof import('node:https') = load('https');
  if (isA(value, https.Server)) return 'https';
  if (isA(value, http.Server)) return 'http';
  return ['Http2Server', 'Http2SecureServer'].includes(classNameOf(value)) ? 'http2' : undefined;
}

/** By Node's own method, whatever the program put in its place. */
function addressOf(load: Load, server: unknown): { address?: string; port?: number } {
  const { Server }: typeof import('node:net') = load('net');
  const found = attempt(() => Server.prototype.address.call(server as Server));
  return found && typeof found === 'object'
    ? { address: String(found.address).slice(0, 100), port: found.port }
    : {};
}

function limitsOf(reads: DataReads, server: unknown): Omit<ServerSettings, 'kind' | 'address' | 'port'> {
  const number = (key: string) => numberOf(reads, server, key);
  return {
    keepAliveMillis: number('keepAliveTimeout'),
    headersMillis: number('headersTimeout'),
    requestMillis: number('requestTimeout'),
    socketMillis: number('timeout'),
    checkingMillis: number('connectionsCheckingInterval'),
    maxRequestsPerSocket: number('maxRequestsPerSocket'),
    maxConnections: number('maxConnections'),
  };
}

export interface WaitingRequests {
  requests: Map<object, TimeoutState>;
  /** Of requests that nothing ends; some. */
  hosts: Set<string>;
  agents: Set<unknown>;
}

/** Requests of the program that have no answer yet. */
export function readWaitingRequests(
  load: Load,
  reads: DataReads,
  { stateOf }: TimeoutReads,
): WaitingRequests {
  const http: typeof import('node:http') = load('http');
  const { own, isA } = reads;
  const found: WaitingRequests = { requests: new Map(), hosts: new Set(), agents: new Set() };
  for (const handle of openHandles()) {
    const request = own(handle, '_httpMessage');
    if (!isA(request, http.ClientRequest) || own(request, 'res')) continue;
    const state = stateOf(request, handle);
    found.requests.set(request, state);
    found.agents.add(own(request, 'agent'));
    const name = own(request, 'host');
    if (state === 'none' && typeof name === 'string' && found.hosts.size < MAX_HOSTS)
      found.hosts.add(name.slice(0, 100));
  }
  return found;
}
