// Agents: the global ones, those that modules export, and those that requests use.
import type { AgentSettings } from '../../../model/settings/settings.ts';
import type { Load } from '../../../probe/load.ts';
import type { DataReads } from '../../../probe/objects/data-reads.ts';
import { attempt, limitOf, loadedModules, numberOf } from './setting-values.ts';

const MAX_LISTED = 50;
const MAX_AGENTS = 200;
const MAX_MODULES = 500;
const MAX_EXPORTS = 100;
const MAX_HOSTS = 1_000;

export function readAgents(load: Load, reads: DataReads, inUse: Iterable<unknown>): AgentSettings[] {
  const http: typeof import('node:http') = load('http');
  const https: typeof import('node:https') = load('https');
  const found = new Map<object, string>();
  const add = (name: string, agent: unknown) => {
    if (found.size < MAX_AGENTS && reads.isA(agent, http.Agent) && !found.has(agent))
      found.set(agent, name.slice(-200));
  };
  attempt(() => add('http.globalAgent', http.globalAgent));
  attempt(() => add('https.globalAgent', https.globalAgent));
  attempt(() => {
    for (const [name, value] of exportedValues(load, reads)) add(name, value);
  });
  for (const agent of inUse) add('an agent with open requests', agent);
  return [...found].slice(0, MAX_LISTED).map(([agent, name]) => describe(reads, agent, name));
}

function* exportedValues(load: Load, reads: DataReads): Generator<[string, unknown]> {
  const { own, hasProperties } = reads;
  const modules = loadedModules(load, reads);
  for (const name of Object.keys(modules).slice(0, MAX_MODULES)) {
    const exported = own(own(modules, name), 'exports');
    if (!hasProperties(exported)) continue;
    yield [name, exported];
    for (const key of Object.keys(exported).slice(0, MAX_EXPORTS))
      yield [`${key} of ${name}`, own(exported, key)];
  }
}

function describe(reads: DataReads, agent: object, name: string): AgentSettings {
  const keepAlive = reads.own(agent, 'keepAlive');
  return {
    name,
    keepAlive: typeof keepAlive === 'boolean' ? keepAlive : undefined,
    maxSockets: limitOf(reads, agent, 'maxSockets'),
    maxFreeSockets: limitOf(reads, agent, 'maxFreeSockets'),
    timeoutMillis: numberOf(reads, reads.own(agent, 'options'), 'timeout'),
    requests: requestsOf(reads, agent),
  };
}

/** On their way, and in the queue. */
function requestsOf({ own, isObject }: DataReads, agent: object): number {
  let count = 0;
  for (const part of ['sockets', 'requests']) {
    const byHost = own(agent, part);
    for (const host of isObject(byHost) ? Object.keys(byHost).slice(0, MAX_HOSTS) : []) {
      const list = own(byHost, host);
      if (isObject(list) && Array.isArray(list)) count += list.length;
    }
  }
  return count;
}
