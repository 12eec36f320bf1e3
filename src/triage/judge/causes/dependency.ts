// Programs that ended because something they depend on could not be reached, or refused them.
import { addressOf, type CrashError, chainOf } from '../../ends/crash-error.ts';
import { type Cause, type EndFacts, type ErrorCause, errorCause, printed } from '../cause.ts';
import { anyOf, wordsLike } from '../patterns.ts';

const AUTH_CODES = wordsLike([
  // PostgreSQL
  '28P01',
  '28000',
  // MySQL
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  // Redis
  'WRONGPASS',
  'NOAUTH',
  'NOPERM',
  // SQL Server, Prisma, MongoDB
  'ELOGIN',
  'P1000',
  'P1010',
  'AuthenticationFailed',
  'SASLAuthenticationFailed',
]);
const AUTH_NAMES = wordsLike(['SequelizeAccessDeniedError', 'KafkaJSSASLAuthenticationError']);
const AUTH_WORDS = anyOf(
  /password authentication failed/,
  /Access denied for user/,
  /WRONGPASS/,
  /NOAUTH Authentication required/,
  /Authentication failed/,
  /ACCESS[_-]REFUSED/,
  /Login failed for user/,
  /SASL authentication failed/,
);

export const REFUSED_CREDENTIALS = errorCause({
  id: 'refused-credentials',
  label: 'dependency-auth',
  confidence: 0.92,
  sign: ({ code, name, message }) =>
    AUTH_CODES.test(code) || AUTH_NAMES.test(name) || AUTH_WORDS.test(message),
  cure: () => [
    'Compare user, password and database in this environment with what the server expects; after a secret is rotated, restart what reads it only at start.',
  ],
  example: {
    log: printed(
      'error: password authentication failed for user "shop"',
      'Parser.parseErrorMessage (/app/node_modules/pg-protocol/dist/parser.js:285:98)',
      "code: '28P01'",
    ),
  },
});

/** What tells one way of not being reached: the codes, names and words of errors that are enough for the label. */
interface Unreachable {
  id: string;
  codes?: string[];
  names?: string[];
  /** Anywhere in the message. */
  words: [RegExp, ...RegExp[]];
  /** In code, message and name of an error whose label is known already: whether the cure is for it. */
  looksLike: RegExp;
  /** `at` is "db.internal:5432" or "it"; `address` is "" where it is unknown. */
  look(at: string, address: string): string;
  example: ErrorCause['example'];
}

const CONNECTING = String.raw`\b(connect|connection) (to .{1,100} )?`;
const connecting = (outcome: string) => new RegExp(CONNECTING + outcome);
const RETRY =
  'Retry with increasing delays where the connection is made, and handle its error, so that a restart of the dependency does not restart this process.';

const WAYS: Unreachable[] = [
  {
    id: 'name-not-resolved',
    codes: ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA'],
    names: ['SequelizeHostNotFound*'],
    words: [/getaddrinfo (ENOTFOUND|EAI_AGAIN)/],
    looksLike: /ENOTFOUND|EAI_/,
    look: (_, address) =>
      `The name did not resolve: check its spelling, its namespace and the DNS of the pod (\`getent hosts ${address || 'NAME'}\`). EAI_AGAIN means that the DNS server did not answer.`,
    example: {
      log: printed(
        'Error: getaddrinfo ENOTFOUND db.internal',
        'GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:118:26)',
        "code: 'ENOTFOUND'",
      ),
    },
  },
  {
    id: 'certificate-not-accepted',
    codes: [
      'CERT_*',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_*',
      'ERR_TLS_CERT*',
      'ERR_SSL_*',
      'ERR_TLS_HANDSHAKE_TIMEOUT',
      'EPROTO',
      'HOSTNAME_MISMATCH',
    ],
    words: [/self.signed certificate/, /certificate has expired/],
    looksLike: /CERT|SELF_SIGNED|self.signed|UNABLE_TO|TLS|SSL|EPROTO/i,
    look: () =>
      'The certificate was not accepted: renew it, or trust its CA with NODE_EXTRA_CA_CERTS. Never disable the check.',
    example: {
      log: printed(
        'Error: self-signed certificate',
        'TLSSocket.onConnectSecure (node:_tls_wrap:1679:34)',
        "code: 'DEPTH_ZERO_SELF_SIGNED_CERT'",
      ),
    },
  },
  {
    id: 'no-answer-in-time',
    codes: [
      'ETIMEDOUT',
      'ESOCKETTIMEDOUT',
      'UND_ERR_CONNECT_TIMEOUT',
      'UND_ERR_HEADERS_TIMEOUT',
      'UND_ERR_BODY_TIMEOUT',
      'CONNECT_TIMEOUT',
    ],
    names: ['TimeoutError', 'ConnectionTimeoutError', 'ConnectTimeoutError', 'HeadersTimeoutError'],
    words: [
      connecting('(ETIMEDOUT|timed? ?out)'),
      /timeout (expired|exceeded) when trying to connect/,
      /server selection timed out/,
      /^timeout of \d+ms exceeded/,
    ],
    looksLike: /TIMEOUT|TimeoutError|timed? ?out|timeout/i,
    look: (at) =>
      `No answer in time from ${at}: is it overloaded, or does a network policy or firewall drop the packets?`,
    example: {
      log: printed(
        'Error: connect ETIMEDOUT 10.0.0.7:5432',
        'TCPConnectWrap.afterConnect [as oncomplete] (node:net:1637:16)',
        "code: 'ETIMEDOUT'",
      ),
    },
  },
  {
    id: 'nothing-listens',
    codes: ['ECONNREFUSED'],
    words: [connecting('refused'), /ECONNREFUSED/],
    looksLike: /ECONNREFUSED/,
    look: (at) =>
      `Nothing listens at ${at}: is it running, are host and port right, and is it ready before this program starts? In a container localhost is the container itself.`,
    example: {
      log: printed(
        'Error: connect ECONNREFUSED 127.0.0.1:5432',
        'TCPConnectWrap.afterConnect [as oncomplete] (node:net:1637:16)',
        "code: 'ECONNREFUSED'",
      ),
    },
  },
  {
    id: 'not-reached',
    codes: [
      'EHOSTUNREACH',
      'ENETUNREACH',
      'EHOSTDOWN',
      'ECONNABORTED',
      'PROTOCOL_CONNECTION_LOST',
      'P1001',
      'P1002',
    ],
    names: [
      'MongoServerSelectionError',
      'MongoNetworkError',
      'MongoNetworkTimeoutError',
      'MaxRetriesPerRequestError',
      'KafkaJSConnection*',
      'KafkaJSNumberOfRetriesExceeded',
      'SequelizeConnection*',
      'SequelizeHostNotReachable*',
      'ClusterAllFailedError',
    ],
    words: [connecting('terminated'), /^Can't reach database server/, /socket hang up/],
    looksLike: /^/,
    look: (at) => `Look at ${at}: is it running, and is there a network route to it from here?`,
    example: {
      log: printed(
        'Error: connect EHOSTUNREACH 10.0.0.7:5432',
        'TCPConnectWrap.afterConnect [as oncomplete] (node:net:1637:16)',
        "code: 'EHOSTUNREACH'",
      ),
    },
  },
];

export const NOT_REACHED: Cause[] = WAYS.map(unreachable);

function unreachable({ id, codes = [], names = [], words, looksLike, look, example }: Unreachable): Cause {
  const [code, name, message] = [wordsLike(codes), wordsLike(names), anyOf(...words)];
  return errorCause({
    id,
    label: 'dependency-unreachable',
    confidence: 0.9,
    sign: (error) => code.test(error.code) || name.test(error.name) || message.test(error.message),
    resembles: (_, end) => looksLike.test(textOf(chainOf(addressed(end)).at(-1)!)),
    cure: (end) => {
      const address = addressOf(addressed(end));
      return [look(address === '' ? 'it' : address, address), RETRY];
    },
    example,
  });
}

const textOf = ({ code, message, name }: CrashError) => `${code} ${message} ${name}`;

/** The error that names the address: its own, or one that was logged shortly before. */
const addressed = ({ error, ending: { nearby } }: EndFacts): CrashError =>
  addressOf(error!) === '' && nearby ? nearby : error!;

const CLOSED = wordsLike(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Of a peer that hung up only an address tells that it was one we called. */
function isCalled({ properties, message }: CrashError, outer: CrashError): boolean {
  return (
    properties.address !== undefined ||
    properties.hostname !== undefined ||
    /^connect |before secure TLS/.test(message) ||
    /^fetch failed$/.test(outer.message)
  );
}

export const HUNG_UP = errorCause({
  id: 'hung-up',
  label: 'dependency-unreachable',
  confidence: 0.75,
  sign: (each, { error }) => CLOSED.test(each.code) && isCalled(each, error!),
  cure: NOT_REACHED.at(-1)!.cure,
  example: {
    log: printed(
      'Error: read ECONNRESET',
      'TCP.onStreamRead (node:internal/stream_base_commons:216:20)',
      "code: 'ECONNRESET',\n  address: '10.0.0.7'",
    ),
  },
});
