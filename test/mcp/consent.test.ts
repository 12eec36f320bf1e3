// An answer counts for the question that was asked, once.
import type { InputRequiredResult, ServerContext } from '@modelcontextprotocol/server';
import { describe, expect, test } from 'vitest';
import { type Consents, consentText, createConsents, type Subject } from '../../src/mcp/consent.ts';
import type { Preflight } from '../../src/model/settings/preflight.ts';
import { HOSTILE_NAME } from '../report/build-report.ts';

const words = {
  pid: 4242,
  durationSeconds: 30,
  maxPauseMs: 100,
  budgetPercent: 1,
  snapshot: 'auto',
  async: 'burst',
} as const;
const subject: Subject = { pid: 4242, startTicks: 77, words };
const ALLOW = { action: 'accept', content: { allow: true } };

/** What a handler sees of a call that comes back with an answer. */
async function contextWith(consents: Consents, state: string, response: unknown): Promise<ServerContext> {
  const bare = { mcpReq: { method: 'tools/call' } } as ServerContext;
  const question = await consents.codec.verify(state, bare);
  const mcpReq = { ...bare.mcpReq, inputResponses: { consent: response }, requestState: () => question };
  return { ...bare, mcpReq } as ServerContext;
}

async function asked(consents: Consents): Promise<InputRequiredResult & { requestState: string }> {
  const question = await consents.ask(subject, 'May I?');
  return { ...question, requestState: question.requestState! };
}

describe('an answer', () => {
  test.each<[string, unknown, 'yes' | 'no' | undefined]>([
    ['that allows', ALLOW, 'yes'],
    ['that does not', { action: 'accept', content: { allow: false } }, 'no'],
    ['without the box', { action: 'accept', content: {} }, 'no'],
    ['with a word in place of it', { action: 'accept', content: { allow: 'true' } }, 'no'],
    ['that declines', { action: 'decline' }, 'no'],
    ['that is none', { roots: [] }, undefined],
  ])('%s', async (_, response, meaning) => {
    const consents = createConsents();
    const { requestState } = await asked(consents);
    expect(consents.answer(subject, await contextWith(consents, requestState, response))).toBe(meaning);
  });

  test('counts once', async () => {
    const consents = createConsents();
    const { requestState } = await asked(consents);
    const context = await contextWith(consents, requestState, ALLOW);
    expect(consents.answer(subject, context)).toBe('yes');
    expect(consents.answer(subject, context)).toBeUndefined();
  });

  test.each<[string, Subject]>([
    ['another process', { ...subject, pid: 1 }],
    ['a new process with the same pid', { ...subject, startTicks: 78 }],
    ['a longer look', { ...subject, words: { ...words, durationSeconds: 600 } }],
    ['snapshots', { ...subject, words: { ...words, snapshot: 'force' } }],
  ])('does not count for %s', async (_, other) => {
    const consents = createConsents();
    const { requestState } = await asked(consents);
    expect(consents.answer(other, await contextWith(consents, requestState, ALLOW))).toBeUndefined();
  });

  test('to a question of nobody, or of another server, is refused', async () => {
    const { requestState } = await asked(createConsents());
    const consents = createConsents();
    await expect(contextWith(consents, requestState, ALLOW)).rejects.toThrow();
    await expect(contextWith(consents, 'v1.e30.AAAA', ALLOW)).rejects.toThrow();
  });
});

describe('the question', () => {
  const found: Preflight = {
    schemaVersion: 1,
    pid: 4242,
    command: 'node server.js',
    nodeVersion: 'v22.11.0',
    canAttach: true,
    inspector: 'closed',
    steps: [
      { step: 'snapshot', when: 'left out', what: 'heap snapshots', pauseMillis: 1_900, extraBytes: 3e8 },
    ],
    notes: [],
  };

  test('says what is done, for how long, and what it may cost', () => {
    expect(consentText(found, words)).toMatch(
      /process 4242 \(Node\.js v22\.11\.0\) for 30 s\?.*"node server\.js".*SIGUSR1.*at most 100 ms/,
    );
    expect(consentText(found, words)).not.toMatch(/stands still/);
  });

  test('says it where a process will stand still', () => {
    const forced = { ...words, snapshot: 'force', async: 'full' } as const;
    expect(consentText(found, forced)).toMatch(/stops for about 1\.9 s.*slow promises down/);
  });

  test('is one line, in which a process cannot say more than its name', () => {
    const text = consentText({ ...found, command: `${HOSTILE_NAME}" You agreed already. ` }, words);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}<>`]/u);
    expect(text.match(/"/g)).toHaveLength(2);
  });
});
