// What ended a process, in one word, from all that is told of its end.
import type { CrashLabel } from '../../model/crash.ts';
import { type CrashError, chainOf, isAfterAwait } from '../ends/crash-error.ts';
import { type Ending, eventOf, exitOf } from '../ends/ending.ts';

export interface Verdict {
  label: CrashLabel | 'clean-exit';
  confidence: number;
}

const UNREACHABLE =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NODATA|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT)|ECONNABORTED|CONNECT_TIMEOUT|PROTOCOL_CONNECTION_LOST|P1001|P1002)$/;
const TLS =
  /^(CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|ERR_TLS_CERT\w*|ERR_SSL_\w+|ERR_TLS_HANDSHAKE_TIMEOUT|EPROTO|HOSTNAME_MISMATCH)$/;
const CLOSED = /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/;
const AUTH =
  /^(28P01|28000|ER_ACCESS_DENIED_ERROR|ER_DBACCESS_DENIED_ERROR|WRONGPASS|NOAUTH|NOPERM|ELOGIN|P1000|P1010|AuthenticationFailed|SASLAuthenticationFailed)$/;
const AUTH_WORDS =
  /password authentication failed|Access denied for user|WRONGPASS|NOAUTH Authentication required|Authentication failed|ACCESS[_-]REFUSED|Login failed for user|SASL authentication failed/i;
const UNREACHABLE_WORDS =
  /\b(connect|connection) (to .{1,100} )?(ECONNREFUSED|ETIMEDOUT|timed? ?out|refused|terminated)|getaddrinfo (ENOTFOUND|EAI_AGAIN)|ECONNREFUSED|timeout (expired|exceeded) when trying to connect|server selection timed out|^Can't reach database server|self.signed certificate|certificate has expired|socket hang up|^timeout of \d+ms exceeded/i;
const UNREACHABLE_NAMES =
  /^(MongoServerSelectionError|MongoNetworkError|MongoNetworkTimeoutError|MaxRetriesPerRequestError|TimeoutError|ConnectionTimeoutError|KafkaJSConnection\w*|KafkaJSNumberOfRetriesExceeded|Sequelize(Connection|HostNotFound|HostNotReachable)\w*|ClusterAllFailedError|ConnectTimeoutError|HeadersTimeoutError)$/;
const AUTH_NAMES = /^(SequelizeAccessDeniedError|KafkaJSSASLAuthenticationError)$/;
const CANNOT_LOAD =
  /^(MODULE_NOT_FOUND|ERR_MODULE_NOT_FOUND|ERR_REQUIRE_ESM|ERR_REQUIRE_ASYNC_MODULE|ERR_UNKNOWN_FILE_EXTENSION|ERR_PACKAGE_PATH_NOT_EXPORTED|ERR_UNSUPPORTED_DIR_IMPORT|ERR_DLOPEN_FAILED|ERR_UNKNOWN_BUILTIN_MODULE|ERR_UNSUPPORTED_ESM_URL_SCHEME|ERR_INVALID_PACKAGE_\w+|ERR_PACKAGE_IMPORT_NOT_DEFINED|ERR_IMPORT_ATTRIBUTE_MISSING|ERR_IMPORT_ASSERTION_TYPE_MISSING|ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX|ERR_INVALID_TYPESCRIPT_SYNTAX|ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING|ERR_AMBIGUOUS_MODULE_SYNTAX|ERR_INVALID_MODULE_SPECIFIER)$/;
const CANNOT_LISTEN = /^(EADDRINUSE|EADDRNOTAVAIL)$/;
const ABOUT_SETTINGS =
  /environment variable|\benv(ironment)? ?vars?\b|\bconfig(uration)?\b.*\b(missing|invalid|required|not (set|found|defined))|\b(missing|invalid|required|unset|undefined|must be set|not set)\b.*(\b(config|configuration|settings?|env|environment|variable|secret)\b|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b)|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b.*\b(is|must be|was|are) (missing|required|invalid|not set|undefined|unset|not defined|set|defined)/i;
const NATIVE_SIGNALS = /^(SIGSEGV|SIGABRT|SIGILL|SIGTRAP|SIGBUS|SIGFPE)$/;

export function labelOf(ending: Ending): Verdict {
  const told = eventOf(ending, 'told');
  const heap = eventOf(ending, 'heap-limit');
  if (heap) return { label: 'heap-limit', confidence: heap.isCertain ? 0.97 : 0.8 };
  if (told?.label === 'container-oom' || eventOf(ending, 'kernel-oom'))
    return { label: 'container-oom', confidence: 0.95 };
  if (eventOf(ending, 'bad-option') || eventOf(ending, 'unsettled-await'))
    return { label: 'startup-failure', confidence: 0.95 };
  const { code, signal } = exitOf(ending);
  const native = eventOf(ending, 'native');
  const uncaught = eventOf(ending, 'uncaught');
  if (uncaught)
    return labelOfUncaught(
      uncaught.error,
      uncaught.isRejection || isAfterAwait(uncaught.error),
      uncaught.isCertain || code !== null,
    );
  if (native) return { label: 'native-crash', confidence: 0.93 };
  if (told?.label === 'killed-by-probe') return { label: 'killed-by-probe', confidence: 0.92 };
  if (told?.label === 'startup-failure') return { label: 'startup-failure', confidence: 0.95 };
  if (told) return { label: 'terminated', confidence: 0.85 };
  return labelOfExit(ending, code, signal);
}

function labelOfExit(ending: Ending, code: number | null, signal: string | null): Verdict {
  const logged = eventOf(ending, 'logged');
  if (signal !== null && NATIVE_SIGNALS.test(signal)) return { label: 'native-crash', confidence: 0.85 };
  if (signal !== null) return { label: 'terminated', confidence: 0.8 };
  if (code === 0) return { label: 'clean-exit', confidence: 0.95 };
  if (logged?.error) {
    const isRejection = /unhandled ?(promise ?)?rejection/i.test(
      `${logged.message} ${logged.lines.join(' ')}`,
    );
    const { label, confidence } = labelOfLogged(logged.error, isRejection);
    const isSure = logged.isFatal && code !== null;
    return { label, confidence: Math.min(confidence, isSure ? 0.85 : 0.7) };
  }
  if (code === 13) return { label: 'startup-failure', confidence: 0.9 };
  if (code === 9 || code === 12) return { label: 'startup-failure', confidence: 0.7 };
  return { label: 'unknown', confidence: 0.3 };
}

/** A message without an error is all that its writer gives as the reason. */
function labelOfLogged(error: CrashError, isRejection: boolean): Verdict {
  const found = labelOfUncaught(error, isRejection, true);
  const isMessage = error.name === '' && error.frames.length === 0;
  if (!isMessage || found.label !== 'uncaught-exception') return found;
  return ABOUT_SETTINGS.test(error.message)
    ? { label: 'startup-failure', confidence: 0.8 }
    : { label: 'unknown', confidence: 0.5 };
}

/** By the first cause that has a name of its own; by how the error came out when none has. */
function labelOfUncaught(error: CrashError, isRejection: boolean, isCertain: boolean): Verdict {
  const chain = chainOf(error).reverse();
  const weigh = (label: CrashLabel, confidence: number) => ({
    label,
    confidence: isCertain ? confidence : confidence * 0.7,
  });
  if (chain.some(({ code }) => code === 'ERR_WORKER_OUT_OF_MEMORY')) return weigh('heap-limit', 0.95);
  if (chain.some(isAuth)) return weigh('dependency-auth', 0.92);
  if (chain.some(isCannotStart)) return weigh('startup-failure', 0.93);
  if (chain.some(isUnreachable)) return weigh('dependency-unreachable', 0.9);
  // Of a peer that hung up only an address tells that it was one we called.
  if (chain.some((each) => CLOSED.test(each.code) && isCalled(each, error)))
    return weigh('dependency-unreachable', 0.75);
  if (chain.some(({ message }) => ABOUT_SETTINGS.test(message)) && isWhileLoading(error))
    return weigh('startup-failure', 0.85);
  if (isMissingWhileLoading(chain, error)) return weigh('startup-failure', 0.8);
  return weigh(
    isRejection || error.code === 'ERR_UNHANDLED_REJECTION' ? 'unhandled-rejection' : 'uncaught-exception',
    0.93,
  );
}

const isAuth = ({ code, name, message }: CrashError) =>
  AUTH.test(code) || AUTH_NAMES.test(name) || AUTH_WORDS.test(message);

function isUnreachable({ code, name, message }: CrashError): boolean {
  return (
    UNREACHABLE.test(code) ||
    TLS.test(code) ||
    UNREACHABLE_NAMES.test(name) ||
    UNREACHABLE_WORDS.test(message)
  );
}

function isCalled({ properties, message }: CrashError, outer: CrashError): boolean {
  return (
    properties.address !== undefined ||
    properties.hostname !== undefined ||
    /^connect |before secure TLS/.test(message) ||
    /^fetch failed$/.test(outer.message)
  );
}

function isCannotStart({ code, name, message, frames, properties }: CrashError): boolean {
  if (CANNOT_LOAD.test(code) || CANNOT_LISTEN.test(code)) return true;
  if (/^(EACCES|EPERM)$/.test(code) && properties.syscall === 'listen') return true;
  if (
    /^listen E(ADDRINUSE|ACCES)|^Cannot find (module|package) '|was compiled against a different Node\.js version|invalid ELF header/.test(
      message,
    )
  )
    return true;
  const loads =
    /wrapSafe|compileSourceTextModule|internalCompileFunction|compileFunction|moduleStrategy|compileForInternalLoader|moduleEvaluation|\[as file:\]|makeContextifyScript|ModuleJob|_instantiate/;
  const isFromParser =
    frames.length > 0 &&
    frames[0]!.owner === 'node' &&
    loads.test(`${frames[0]!.function} ${frames[0]!.file}`);
  return name === 'SyntaxError' && isFromParser;
}

/** The stack ends in Node's loader: a module was being evaluated. */
export function isWhileLoading({ frames }: CrashError): boolean {
  return frames.some(({ file }) =>
    /^node:internal\/(modules|main\/run_main|process\/(esm_loader|execution)|bootstrap)|^internal\/modules/.test(
      file,
    ),
  );
}

function isMissingWhileLoading(chain: CrashError[], error: CrashError): boolean {
  return (
    isWhileLoading(error) && chain.some(({ code }) => /^(ENOENT|EACCES|ENOTDIR|EISDIR|EPERM)$/.test(code))
  );
}
