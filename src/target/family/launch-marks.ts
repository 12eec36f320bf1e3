// How a process was started, as its initial environment shows: by Node's cluster, by fork(), by a process manager, as which
// service. Only a few names are read; values of others are never kept.
import { isNotHere, type ProcessTable } from '../table/process-table.ts';

/** What the environment says. Empty where it may not be read: it belongs to another user. */
export interface LaunchMarks {
  /** A worker of Node's cluster module. */
  isClusterWorker?: boolean;
  /** Started by a Node.js program with a channel to it: fork(), cluster, or a tool that restarts it. */
  hasChannel?: boolean;
  /** An app of PM2's. A process that such an app starts has the same, where its app runs in fork mode. */
  pm2?: { name: string; id?: number };
  /** As it calls itself in traces. */
  serviceName?: string;
  /** Of the package whose script started it. */
  packageName?: string;
}

const LONGEST_NAME = 80;
/** PM2 puts all that an app was configured with into one variable, environment and secrets included: up to here it is searched. */
const LONGEST_JSON = 1024 * 1024;

/** What it was started with: later changes do not show. */
export function readLaunchMarks(pid: number, table: ProcessTable): LaunchMarks {
  const environ = table.environ(pid);
  return environ === undefined || isNotHere(environ) ? {} : parseLaunchMarks(environ);
}

export function parseLaunchMarks(environ: readonly string[]): LaunchMarks {
  const values = new Map<string, string>();
  for (const entry of environ) {
    const at = entry.indexOf('=');
    if (at > 0) values.set(entry.slice(0, at), entry.slice(at + 1));
  }
  const name = (key: string) => values.get(key)?.slice(0, LONGEST_NAME) || undefined;
  return {
    ...(values.has('NODE_UNIQUE_ID') && { isClusterWorker: true }),
    ...(values.has('NODE_CHANNEL_FD') && { hasChannel: true }),
    ...withValue('pm2', readPm2(values)),
    ...withValue('serviceName', name('OTEL_SERVICE_NAME') ?? name('DD_SERVICE')),
    ...withValue('packageName', name('npm_package_name')),
  };
}

const withValue = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);

/** Fork mode: variables of their own. Cluster mode: JSON. */
function readPm2(values: ReadonlyMap<string, string>): LaunchMarks['pm2'] {
  const json = values.get('pm2_env');
  if (json !== undefined && json.length <= LONGEST_JSON) return parsePm2(json);
  const [name, id] = [values.get('name'), values.get('pm_id')];
  return name !== undefined && id !== undefined && /^\d+$/.test(id) ? app(name, Number(id)) : undefined;
}

function parsePm2(json: string): LaunchMarks['pm2'] {
  try {
    const { name, pm_id: id } = JSON.parse(json) as { name?: unknown; pm_id?: unknown };
    return typeof name === 'string' ? app(name, typeof id === 'number' ? id : undefined) : undefined;
  } catch {
    return undefined;
  }
}

const app = (name: string, id: number | undefined): LaunchMarks['pm2'] => ({
  name: name.slice(0, LONGEST_NAME),
  ...(id !== undefined && { id }),
});
