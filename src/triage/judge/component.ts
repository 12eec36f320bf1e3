// Which part of a system an error points to: hints from codes, ports, names and the packages in its stack.
import type { Crash, CrashComponent } from '../../model/crash.ts';
import { packageOf } from '../../model/owner.ts';
import { type CrashError, chainOf } from '../ends/crash-error.ts';

type Hint = NonNullable<Crash['component']>;

/** Registered or customary ports. */
const PORTS: Record<CrashComponent, number[]> = {
  database: [
    5432, 5433, 6432, 3306, 33060, 27017, 27018, 1433, 1521, 9042, 26257, 9200, 8123, 7687, 5984, 28015, 8529,
  ],
  cache: [6379, 6380, 26379, 11211],
  queue: [5672, 5671, 9092, 9093, 4222, 61613, 61616, 1883, 8883, 6650, 11300],
  network: [],
  file: [],
  code: [],
  memory: [],
  config: [],
};

const PACKAGES: [CrashComponent, RegExp][] = [
  [
    'database',
    /^(pg(-.*)?|postgres|mysql2?|mariadb|mongodb|mongoose|tedious|mssql|oracledb|sqlite3|better-sqlite3|knex|sequelize|typeorm|@prisma\/.*|prisma|cassandra-driver|neo4j-driver|nano|@elastic\/.*|@opensearch-project\/.*|@neondatabase\/.*|drizzle-orm|@mikro-orm\/.*)$/,
  ],
  ['cache', /^(ioredis|redis|@redis\/.*|memcached|memjs|iovalkey|keyv|@keyv\/.*)$/],
  [
    'queue',
    /^(amqplib|rhea|kafkajs|node-rdkafka|@confluentinc\/.*|nats|@nats-io\/.*|mqtt|stompit|bull|bullmq|pulsar-client|@aws-sdk\/client-sqs|@azure\/service-bus|amqp-connection-manager|bee-queue)$/,
  ],
  ['network', /^(axios|got|node-fetch|undici|request|superagent|needle|ky|@grpc\/.*|ws|socket\.io-client)$/],
];

const NAMES: [CrashComponent, RegExp][] = [
  [
    'database',
    /^(Mongo|Mongoose|Sequelize|Prisma|Postgres|MySQL|SqlError|Sqlite|QueryFailed|Knex|Cassandra|Neo4j|TypeORM)/,
  ],
  ['cache', /^(Redis|MaxRetriesPerRequestError|ReplyError|ClusterAllFailedError|ConnectionTimeoutError)/],
  ['queue', /^(Kafka|Amqp|Nats|Mqtt)/],
];

const SCHEMES: [CrashComponent, RegExp][] = [
  ['database', /\b(postgres(ql)?|mysql|mongodb(\+srv)?|mssql|libsql):\/\//i],
  ['cache', /\brediss?:\/\//i],
  ['queue', /\b(amqps?|kafka|nats|mqtts?):\/\//i],
];

const FILE_CODES =
  /^(ENOENT|EMFILE|ENFILE|ENOSPC|EROFS|EISDIR|ENOTDIR|EEXIST|ENOTEMPTY|EXDEV|ELOOP|EDQUOT|EIO|EBUSY)$/;
const NETWORK_CODES =
  /^(ECONN|EADDR|EHOST|ENET|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE|UND_ERR|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_HTTP2?_|EPROTO)/;
const CODE_NAMES = /^(TypeError|ReferenceError|RangeError|SyntaxError|AssertionError)$/;

/** null when nothing points anywhere. The nearest to the first cause counts most. */
export function componentOf(error: CrashError): Hint | null {
  const chain = chainOf(error).reverse();
  return (
    firstOf(chain, byName) ??
    firstOf(chain, byPackage) ??
    firstOf(chain, byAddress) ??
    firstOf(chain, byCode) ??
    firstOf(chain, byKind)
  );
}

function firstOf(chain: CrashError[], look: (error: CrashError) => Hint | null): Hint | null {
  for (const error of chain) {
    const hint = look(error);
    if (hint) return hint;
  }
  return null;
}

function byName({ name }: CrashError): Hint | null {
  const found = NAMES.find(([, pattern]) => pattern.test(name));
  return found ? { name: found[0], confidence: 0.9, reason: `the error is a ${name}` } : null;
}

function byPackage({ frames }: CrashError): Hint | null {
  for (const { file, owner } of frames.slice(0, 15)) {
    if (owner !== 'library') continue;
    const name = packageOf(file)?.name ?? '';
    const found = PACKAGES.find(([, pattern]) => pattern.test(name));
    if (found) return { name: found[0], confidence: 0.85, reason: `${name} is in the stack` };
  }
  return null;
}

function byAddress({ message, properties, code }: CrashError): Hint | null {
  const scheme = SCHEMES.find(([, pattern]) => pattern.test(message));
  if (scheme) return { name: scheme[0], confidence: 0.7, reason: 'its address says so' };
  if (properties.syscall === 'listen' || code === 'EADDRINUSE') return null;
  const port = Number(properties.port ?? /:(\d{2,5})\b/.exec(message)?.[1]);
  const name = (Object.keys(PORTS) as CrashComponent[]).find((each) => PORTS[each].includes(port));
  const isNetwork = NETWORK_CODES.test(code) || /connect|ECONN|timed? ?out/i.test(message);
  return name && isNetwork
    ? { name, confidence: 0.6, reason: `port ${port} is customary for a ${name}` }
    : null;
}

function byCode({ code, message, properties }: CrashError): Hint | null {
  const word = code || /\b(E[A-Z]{4,12})\b/.exec(message)?.[1] || '';
  if (properties.syscall === 'listen')
    return { name: 'network', confidence: 0.9, reason: `${word} on listening` };
  if (NETWORK_CODES.test(word))
    return { name: 'network', confidence: 0.8, reason: `${word} comes from the network` };
  const isFile = FILE_CODES.test(word) || (/^(EACCES|EPERM)$/.test(word) && properties.path !== undefined);
  return isFile ? { name: 'file', confidence: 0.85, reason: `${word} comes from the file system` } : null;
}

function byKind({ name, frames, message }: CrashError): Hint | null {
  if (name === 'TimeoutError' || /^(fetch failed|socket hang up)$/.test(message))
    return { name: 'network', confidence: 0.6, reason: `${message || name} comes from the network` };
  // What a library throws says little of whose mistake it is.
  return CODE_NAMES.test(name) && (frames[0]?.owner ?? 'app') !== 'node'
    ? { name: 'code', confidence: 0.7, reason: `a ${name} is a mistake in code` }
    : frames.some(({ owner }) => owner === 'app') && CODE_NAMES.test(name)
      ? { name: 'code', confidence: 0.6, reason: `a ${name} is a mistake in code` }
      : null;
}
