// Programs that could not start: options, awaits, settings and files that are not as they expect.
import type { CrashError } from '../../ends/crash-error.ts';
import { eventOf, toldOf } from '../../ends/ending.ts';
import { type Cause, type EndFacts, errorCause, printed } from '../cause.ts';
import { isWhileLoading } from '../loading.ts';
import { anyOf, wordsLike } from '../patterns.ts';

/** Of the first cause; of the error itself where that has none. */
export const codeOf = ({ chain, error }: EndFacts) => chain[0]?.code || error?.code || '';

const BAD_OPTION: Cause = {
  id: 'bad-option',
  label: 'startup-failure',
  confidence: 0.95,
  matches: ({ ending }) => eventOf(ending, 'bad-option') !== undefined,
  resembles: ({ ending }) => eventOf(ending, 'bad-option') !== undefined,
  cure: ({ ending }) => [
    `Correct or remove it where the command is written, or in NODE_OPTIONS: ${eventOf(ending, 'bad-option')!.option}. \`node --help\` lists the options of that version.`,
  ],
  example: { log: 'node: bad option: --max-old-space' },
};

const UNSETTLED_CURE = [
  'Nothing remained that could settle the await: the code that should resolve it never ran, or its handle was unreferenced or closed.',
];
const UNSETTLED_AWAIT: Cause = {
  id: 'unsettled-await',
  label: 'startup-failure',
  confidence: 0.95,
  matches: ({ ending }) => eventOf(ending, 'unsettled-await') !== undefined,
  resembles: ({ ending, code }) => eventOf(ending, 'unsettled-await') !== undefined || code === 13,
  cure: () => UNSETTLED_CURE,
  example: { log: 'Warning: Detected unsettled top-level await at file:///app/app.mjs:1' },
};

/** Told by Node where the log is without its warning. */
export const EXIT_13: Cause = {
  id: 'exit-code-13',
  label: 'startup-failure',
  confidence: 0.9,
  matches: ({ code }) => code === 13,
  cure: () => UNSETTLED_CURE,
  example: { log: 'web exited with code 13' },
};

/** What ends before anything of the program runs. */
export const BEFORE_START = [BAD_OPTION, UNSETTLED_AWAIT];

export const SETTINGS_CURE = [
  'Set the variable that the message names in the environment of this deployment. Compare it with a deployment that starts.',
];
const STATUS_CURE = ['Correct what the status names; `kubectl describe pod` shows the whole message.'];

/** "DATABASE_URL", "pool_size". */
const VARIABLE = /\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/.source;
const LACKS = /\b(missing|invalid|required|unset|undefined|must be set|not set)\b/.source;
const IS_WRONG =
  /\b(is|must be|was|are) (missing|required|invalid|not set|undefined|unset|not defined|set|defined)/.source;
const SETTING = /\b(config|configuration|settings?|env|environment|variable|secret)\b/.source;

const ABOUT_SETTINGS = anyOf(
  /environment variable/,
  /\benv(ironment)? ?vars?\b/,
  /\bconfig(uration)?\b.*\b(missing|invalid|required|not (set|found|defined))/,
  new RegExp(`${LACKS}.*(${SETTING}|${VARIABLE})`),
  new RegExp(`${VARIABLE}.*${IS_WRONG}`),
);
const FILE_CODES = wordsLike(['ENOENT', 'EACCES', 'EPERM', 'ENOTDIR', 'EISDIR']);
const ofFile = (end: EndFacts) => FILE_CODES.test(codeOf(end));
const isMessageAlone = ({ name, frames }: CrashError) => name === '' && frames.length === 0;

/** Errors that keep a program from starting when they come while it is loaded. */
export const WHILE_LOADING: Cause[] = [
  errorCause({
    id: 'setting',
    label: 'startup-failure',
    confidence: 0.85,
    sign: ({ message }, { error }) => ABOUT_SETTINGS.test(message) && isWhileLoading(error!),
    resembles: (_, end) => !ofFile(end),
    cure: () => SETTINGS_CURE,
    example: {
      log: printed('Error: DATABASE_URL is required', 'need (node:internal/main/run_main_module:23:47)'),
    },
  }),
  errorCause({
    id: 'file-of-the-start',
    label: 'startup-failure',
    confidence: 0.8,
    sign: ({ code }, { error }) => FILE_CODES.test(code) && isWhileLoading(error!),
    resembles: (_, end) => ofFile(end),
    cure: ({ chain }) => [
      `The file must be there and readable for the user of the process${chain[0]?.properties.path ? `: ${chain[0].properties.path}` : ''}; check the mount and the working directory.`,
    ],
    example: {
      log: printed(
        "Error: ENOENT: no such file or directory, open '/etc/app.json'",
        'Module._compile (node:internal/modules/cjs/loader:1554:14)',
        "code: 'ENOENT'",
      ),
    },
  }),
];

/** A message without an error is all that its writer gives as the reason. */
export const isOnlyMessage = ({ error, decidedBy, isRejection }: EndFacts) =>
  decidedBy === 'program' && !isRejection && isMessageAlone(error!);

export const SETTING_SAID = errorCause({
  id: 'setting-said',
  label: 'startup-failure',
  confidence: 0.8,
  sign: (_, end) => isOnlyMessage(end) && ABOUT_SETTINGS.test(end.error!.message),
  resembles: () => false,
  cure: () => SETTINGS_CURE,
  example: { log: '{"level":60,"pid":7,"msg":"Missing environment variable DATABASE_URL"}' },
});

export const NOT_STARTED_BY_KUBERNETES: Cause = {
  id: 'container-cannot-start',
  label: 'startup-failure',
  confidence: 0.95,
  matches: ({ ending }) => toldOf(ending, 'startup-failure') !== undefined,
  cure: () => STATUS_CURE,
  example: {
    told: [
      {
        kind: 'told',
        label: 'startup-failure',
        statement: 'the container cannot start',
        teller: 'pod status',
        lines: [],
      },
    ],
  },
};

/** 9: an invalid argument; 12: an invalid debugging option. */
export const BAD_START_CODE: Cause = {
  id: 'exit-code-9-or-12',
  label: 'startup-failure',
  confidence: 0.7,
  matches: ({ code }) => code === 9 || code === 12,
  cure: () => STATUS_CURE,
  example: { log: 'web exited with code 9' },
};
