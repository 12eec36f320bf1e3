// Databases, caches, queues and HTTP clients, and how an error shows them. To add one, add a row; its example is its test.
import type { CrashComponent } from '../../model/crash.ts';

export interface System {
  name: string;
  component: CrashComponent;
  /** npm packages in a stack; `*` stands for anything. */
  packages?: string[];
  /** Names of errors; `*` stands for anything. */
  errors?: string[];
  /** Registered or customary ports of its server. */
  ports?: number[];
  /** Of its addresses, without "://". */
  schemes?: string[];
  /** An error that points to it, as Node prints it. */
  example: string;
}

const DATABASES: Omit<System, 'component'>[] = [
  {
    name: 'PostgreSQL',
    packages: ['pg', 'pg-*', 'postgres', '@neondatabase/*'],
    errors: ['Postgres*'],
    ports: [5432, 5433, 6432],
    schemes: ['postgres', 'postgresql'],
    example: 'error: no such table\n    at Parser.parse (/app/node_modules/pg-protocol/dist/parser.js:1:1)',
  },
  {
    name: 'MySQL, MariaDB',
    packages: ['mysql', 'mysql2', 'mariadb'],
    errors: ['MySQL*', 'SqlError*'],
    ports: [3306, 33060],
    schemes: ['mysql'],
    example: 'Error: connect ECONNREFUSED 127.0.0.1:3306',
  },
  {
    name: 'MongoDB',
    packages: ['mongodb', 'mongoose'],
    errors: ['Mongo*'],
    ports: [27017, 27018],
    schemes: ['mongodb', 'mongodb+srv'],
    example: 'MongoServerSelectionError: connect ECONNREFUSED 127.0.0.1:27017',
  },
  {
    name: 'SQL Server',
    packages: ['tedious', 'mssql'],
    ports: [1433],
    schemes: ['mssql'],
    example: 'Error: timeout\n    at Connection.connect (/app/node_modules/tedious/lib/connection.js:1:1)',
  },
  {
    name: 'Oracle',
    packages: ['oracledb'],
    ports: [1521],
    example: 'Error: NJS-500\n    at getConnection (/app/node_modules/oracledb/lib/oracledb.js:1:1)',
  },
  {
    name: 'SQLite',
    packages: ['sqlite3', 'better-sqlite3'],
    errors: ['Sqlite*'],
    schemes: ['libsql'],
    example: 'SqliteError: database is locked',
  },
  {
    name: 'query builders and object mappers',
    packages: ['knex', 'sequelize', 'typeorm', 'prisma', '@prisma/*', 'drizzle-orm', '@mikro-orm/*'],
    errors: ['Sequelize*', 'Prisma*', 'QueryFailed*', 'Knex*', 'TypeORM*'],
    example: 'PrismaClientInitializationError: no engine',
  },
  {
    name: 'Cassandra',
    packages: ['cassandra-driver'],
    errors: ['Cassandra*'],
    ports: [9042],
    example: 'Error: connect ECONNREFUSED 127.0.0.1:9042',
  },
  {
    name: 'Neo4j',
    packages: ['neo4j-driver'],
    errors: ['Neo4j*'],
    ports: [7687],
    example: 'Neo4jError: no server',
  },
  {
    name: 'Elasticsearch, OpenSearch',
    packages: ['@elastic/*', '@opensearch-project/*'],
    ports: [9200],
    example: 'Error: no living connections\n    at find (/app/node_modules/@elastic/transport/lib/a.js:1:1)',
  },
  {
    name: 'CouchDB',
    packages: ['nano'],
    ports: [5984],
    example: 'Error: connect ECONNREFUSED 127.0.0.1:5984',
  },
  { name: 'CockroachDB', ports: [26257], example: 'Error: connect ECONNREFUSED 127.0.0.1:26257' },
  { name: 'ClickHouse', ports: [8123], example: 'Error: connect ECONNREFUSED 127.0.0.1:8123' },
  { name: 'RethinkDB', ports: [28015], example: 'Error: connect ECONNREFUSED 127.0.0.1:28015' },
  { name: 'ArangoDB', ports: [8529], example: 'Error: connect ECONNREFUSED 127.0.0.1:8529' },
];

const CACHES: Omit<System, 'component'>[] = [
  {
    name: 'Redis, Valkey',
    packages: ['ioredis', 'redis', '@redis/*', 'iovalkey'],
    errors: [
      'Redis*',
      'MaxRetriesPerRequestError*',
      'ReplyError*',
      'ClusterAllFailedError*',
      'ConnectionTimeoutError*',
    ],
    ports: [6379, 6380, 26379],
    schemes: ['redis', 'rediss'],
    example: 'ReplyError: WRONGTYPE',
  },
  {
    name: 'Memcached',
    packages: ['memcached', 'memjs'],
    ports: [11211],
    example: 'Error: connect ECONNREFUSED 127.0.0.1:11211',
  },
  {
    name: 'Keyv',
    packages: ['keyv', '@keyv/*'],
    example: 'Error: no store\n    at get (/app/node_modules/keyv/dist/index.js:1:1)',
  },
];

const QUEUES: Omit<System, 'component'>[] = [
  {
    name: 'AMQP: RabbitMQ, ActiveMQ',
    packages: ['amqplib', 'amqp-connection-manager', 'rhea', 'stompit'],
    errors: ['Amqp*'],
    ports: [5672, 5671, 61613, 61616],
    schemes: ['amqp', 'amqps'],
    example: 'Error: connect ECONNREFUSED 127.0.0.1:5672',
  },
  {
    name: 'Kafka',
    packages: ['kafkajs', 'node-rdkafka', '@confluentinc/*'],
    errors: ['Kafka*'],
    ports: [9092, 9093],
    schemes: ['kafka'],
    example: 'KafkaJSConnectionError: no broker',
  },
  {
    name: 'NATS',
    packages: ['nats', '@nats-io/*'],
    errors: ['Nats*'],
    ports: [4222],
    schemes: ['nats'],
    example: 'NatsError: CONNECTION_REFUSED',
  },
  {
    name: 'MQTT',
    packages: ['mqtt'],
    errors: ['Mqtt*'],
    ports: [1883, 8883],
    schemes: ['mqtt', 'mqtts'],
    example: 'Error: cannot reach mqtt://broker',
  },
  {
    name: 'queues in Redis',
    packages: ['bull', 'bullmq', 'bee-queue'],
    example: 'Error: missing lock\n    at move (/app/node_modules/bullmq/dist/cjs/a.js:1:1)',
  },
  {
    name: 'Pulsar',
    packages: ['pulsar-client'],
    ports: [6650],
    example: 'Error: connect ECONNREFUSED 127.0.0.1:6650',
  },
  {
    name: 'queues of cloud providers',
    packages: ['@aws-sdk/client-sqs', '@azure/service-bus'],
    example: 'Error: no queue\n    at send (/app/node_modules/@aws-sdk/client-sqs/dist-cjs/a.js:1:1)',
  },
  { name: 'Beanstalkd', ports: [11300], example: 'Error: connect ECONNREFUSED 127.0.0.1:11300' },
];

const CLIENTS: Omit<System, 'component'>[] = [
  {
    name: 'HTTP, gRPC and WebSocket clients',
    packages: [
      'axios',
      'got',
      'node-fetch',
      'undici',
      'request',
      'superagent',
      'needle',
      'ky',
      '@grpc/*',
      'ws',
      'socket.io-client',
    ],
    example: 'Error: bad answer\n    at settle (/app/node_modules/axios/dist/node/axios.cjs:1:1)',
  },
];

const of = (component: CrashComponent, rows: Omit<System, 'component'>[]): System[] =>
  rows.map((row) => ({ ...row, component }));

/** Where an error points to several, the first row counts. */
export const SYSTEMS: readonly System[] = [
  ...of('database', DATABASES),
  ...of('cache', CACHES),
  ...of('queue', QUEUES),
  ...of('network', CLIENTS),
];
