// Errors of the program itself. Their label is how they came out: thrown, or as the rejection of a promise.
import { type Cause, type ErrorCause, errorCause, printed } from '../cause.ts';
import { isOnlyMessage } from './start.ts';

const TOO_LARGE_CODES = /^(ERR_STRING_TOO_LONG|ERR_BUFFER_TOO_LARGE|ERR_FS_FILE_TOO_LARGE)$/;
const TOO_LARGE_WORDS =
  /^(Invalid string length|Invalid array length|(Map|Set) maximum size exceeded|Invalid typed array length)/;

/** A cause whose label says only how the error came out; `sign` is asked of the first cause alone. */
const asThrown = ({ sign, ...rest }: Omit<ErrorCause, 'label' | 'confidence'>): Cause =>
  errorCause({
    ...rest,
    label: ({ isRejection }) => (isRejection ? 'unhandled-rejection' : 'uncaught-exception'),
    confidence: 0.93,
    sign: (error, end) => error === end.chain[0] && sign(error, end),
  });

/** The program gives a reason, without an error. */
export const ONLY_MESSAGE = errorCause({
  id: 'message-alone',
  label: 'unknown',
  confidence: 0.5,
  sign: (_, end) => isOnlyMessage(end),
  cure: () => [
    'Find the code that writes this message, and fix what the message reports. Pass the error to the logger as `err`, so that its stack and cause are logged, too.',
  ],
  example: { log: '{"level":60,"pid":7,"msg":"The quota file has a bad checksum"}' },
});

export const THROWN: Cause[] = [
  asThrown({
    id: 'too-many-open-files',
    sign: ({ code }) => /^(EMFILE|ENFILE)$/.test(code),
    cure: () => [
      'Find what opens files or sockets and does not close them: `culprit diagnose PID` names the line. Raise `ulimit -n` as a stopgap.',
    ],
    example: {
      log: printed(
        "Error: EMFILE: too many open files, open '/app/a.txt'",
        'go (/app/app.js:3:1)',
        "code: 'EMFILE'",
      ),
    },
  }),
  asThrown({
    id: 'disk-full',
    sign: ({ code }) => /^(ENOSPC|EDQUOT)$/.test(code),
    cure: () => [
      'The disk, or the number of inotify watches, is exhausted: check `df -h`, `df -i`, and sysctl fs.inotify.max_user_watches.',
    ],
    example: {
      log: printed('Error: ENOSPC: no space left on device, write', 'go (/app/app.js:3:1)', "code: 'ENOSPC'"),
    },
  }),
  asThrown({
    id: 'read-only-file-system',
    sign: ({ code }) => code === 'EROFS',
    cure: () => ['The file system is read-only: write to a mounted volume or to /tmp.'],
    example: {
      log: printed("Error: EROFS: read-only file system, open '/a'", 'go (/app/app.js:3:1)', "code: 'EROFS'"),
    },
  }),
  asThrown({
    id: 'endless-recursion',
    sign: ({ message }) => /call stack/.test(message),
    cure: () => [
      'The recursion never ends for this input: look for a cycle in the data, or use a loop instead.',
    ],
    example: { log: printed('RangeError: Maximum call stack size exceeded', 'go (/app/app.js:3:1)') },
  }),
  asThrown({
    id: 'larger-than-v8-allows',
    sign: ({ code, message }) => TOO_LARGE_CODES.test(code) || TOO_LARGE_WORDS.test(message),
    cure: () => [
      'One string, array, Map, Set or buffer reached the largest size that V8 or Node.js allows, or a computed length is wrong: more heap does not help. Split it, stream it, or check the length.',
    ],
    example: { log: printed('RangeError: Map maximum size exceeded', 'go (/app/app.js:3:1)') },
  }),
  asThrown({
    id: 'peer-hung-up',
    sign: ({ code }) => /^(ECONNRESET|EPIPE)$/.test(code),
    cure: () => [
      "The other side closed the connection and no error listener was attached: add an 'error' listener to the socket, stream or request that emitted it.",
    ],
    example: {
      log: printed(
        'Error: read ECONNRESET',
        'TCP.onStreamRead (node:internal/stream_base_commons:216:20)',
        "code: 'ECONNRESET'",
      ),
    },
  }),
  errorCause({
    id: 'unhandled-rejection',
    label: 'unhandled-rejection',
    confidence: 0.93,
    sign: (_, { isRejection }) => isRejection,
    cure: () => [
      'Await the promise where it is created, or add a catch() to it: start at the first line of the application in the stack.',
    ],
    example: { log: printed('Error: no such order', 'async find (/app/app.js:3:1)') },
  }),
  errorCause({
    id: 'uncaught-exception',
    label: 'uncaught-exception',
    confidence: 0.93,
    sign: () => true,
    cure: () => [
      'Handle the case that this line does not expect, and add the input that led there to a test. --enable-source-maps names the lines of the original source.',
    ],
    example: { log: printed('Error: no such order', 'go (node:internal/timers:1:1)') },
  }),
];
