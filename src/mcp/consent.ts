// Consent to the capture of a running program: the question, and the proof that an answer belongs to it. Each answer is
// valid once, for the process and the options in the question.
import { createHash, randomBytes } from 'node:crypto';
import {
  acceptedContent,
  createRequestStateCodec,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as v from 'valibot';
import type { Preflight, PreflightStep } from '../model/settings/preflight.ts';
import { formatBytes, formatDuration } from '../units/units.ts';
import { inertText } from './inert.ts';
import type { LookWords } from './look-words.ts';

/** Of what is asked: the process, with its start, and the options. */
export interface Subject {
  pid: number;
  /** Clock ticks since boot: with the pid, the identity of the process. */
  startTicks: number;
  words: LookWords;
}

interface Question {
  /** A hash of the subject. */
  about: string;
  once: string;
}

export interface Consents {
  codec: RequestStateCodec<Question>;
  /** The question, for the client to put to its user. */
  ask(subject: Subject, text: string): Promise<InputRequiredResult>;
  /** What the user said to the question about this subject; `undefined`: nobody was asked yet. */
  answer(subject: Subject, context: ServerContext): 'yes' | 'no' | undefined;
}

const KEY = 'consent';
const VALID_SECONDS = 600;
const MOST_USED = 10_000;
const allowed = v.object({ allow: v.boolean() });

export function createConsents(): Consents {
  const codec = createRequestStateCodec<Question>({ key: randomBytes(32), ttlSeconds: VALID_SECONDS });
  const used = new Set<string>();
  return {
    codec,
    async ask(subject, text) {
      const requestState = await codec.mint({ about: hashOf(subject), once: randomBytes(8).toString('hex') });
      return inputRequired({
        requestState,
        inputRequests: {
          [KEY]: inputRequired.elicit({
            message: text,
            requestedSchema: {
              type: 'object',
              properties: { allow: { type: 'boolean', title: 'Let culprit look into this process' } },
              required: ['allow'],
            },
          }),
        },
      });
    },
    answer(subject, { mcpReq }) {
      const response = inputResponse(mcpReq.inputResponses, KEY);
      const question = mcpReq.requestState<Question>();
      if (response.kind !== 'elicit' || question === undefined) return undefined;
      // An answer to another question, or one that was used, is no answer.
      if (question.about !== hashOf(subject) || used.has(question.once)) return undefined;
      if (used.size >= MOST_USED) used.clear();
      used.add(question.once);
      return acceptedContent(mcpReq.inputResponses, KEY, allowed)?.allow === true ? 'yes' : 'no';
    },
  };
}

function hashOf({ pid, startTicks, words }: Subject): string {
  const sorted = Object.entries(words).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([pid, startTicks, sorted]))
    .digest('hex');
}

const LONGEST_COMMAND = 120;

/** What a person has to know to say yes or no, in a few sentences. The command stands in quotes: it is the program's own text. */
export function consentText(found: Preflight, words: LookWords): string {
  const { pid, command, nodeVersion, inspector } = found;
  const open =
    inspector === 'open'
      ? 'Its inspector is open already and is used as it is.'
      : 'culprit sends it the signal SIGUSR1, and it opens its inspector on 127.0.0.1. Until the capture ends, anyone who reaches that port on this machine could run code in it.';
  return [
    `Look into process ${pid} (Node.js ${nodeVersion ?? 'of unknown version'}) for ${words.durationSeconds} s?`,
    `It calls itself "${inertText(command, LONGEST_COMMAND).replaceAll('"', "'")}".`,
    open,
    `culprit samples CPU and memory, counts what is open, and runs small pieces of code in it: single pauses of at most ${formatDuration(words.maxPauseMs)}${words.snapshot === 'force' ? ', except for heap snapshots' : ''}, together ${words.budgetPercent}% of the time.`,
    ...costOf(found.steps, words),
    'What is recorded (stacks, file names, names of hosts and tables; in snapshots also strings) stays on this machine. At the end, or if it is interrupted, the process is left as it was found.',
  ].join(' ');
}

function costOf(steps: readonly PreflightStep[], { snapshot, async }: LookWords): string[] {
  const light = steps.find(({ step }) => step === 'light');
  const taken = steps.find(({ step }) => step === 'snapshot');
  const isForced = snapshot === 'force' && taken?.pauseMillis !== undefined;
  return [
    ...(light === undefined ? [] : [`Cost: ${light.what}.`]),
    ...(isForced
      ? [
          `Heap snapshots were asked for: the process stops for about ${formatDuration(taken.pauseMillis ?? 0)} each and needs about ${formatBytes(taken.extraBytes ?? 0)} more memory.`,
        ]
      : []),
    ...(async === 'full' ? ['Async hooks that run all the time slow promises down, by half at worst.'] : []),
  ];
}
