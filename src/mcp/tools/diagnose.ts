// `diagnose`: one capture of a running process, with the consent of its user.
import type { InputRequiredResult, ServerContext } from '@modelcontextprotocol/server';
import * as v from 'valibot';
import { lookAhead } from '../../capture/preflight.ts';
import { AttachError, UsageError } from '../../errors.ts';
import type { DiagnosisReport } from '../../model/finding.ts';
import { record } from '../../record.ts';
import { createRecordingWriter } from '../../recording/writer.ts';
import { sayWhoServes } from '../../target/find-target.ts';
import { processTable } from '../../target/table/system-table.ts';
import type { Answer } from '../answer.ts';
import { consentText } from '../consent.ts';
import { describeDiagnosis } from '../diagnosis-view.ts';
import { captureOptionsOf, type LookWords, lookEntries } from '../look-words.ts';
import { type LookTarget, targetOf } from '../target-of.ts';
import type { Call, Tool } from '../tool.ts';

const entries = {
  ...lookEntries,
  consent: v.optional(
    v.pipe(
      v.boolean(),
      v.description(
        'For clients that cannot ask their user: true states that the user has read the consentText of preflight and agreed. Never set it by yourself. Ignored where the client can ask: then the user is asked.',
      ),
    ),
  ),
};

export const diagnoseTool: Tool<typeof entries> = {
  name: 'diagnose',
  title: 'Look into a process',
  description:
    'Watches a running process for a while and names what is wrong: leaks, blocks of the event loop, hot code, exhausted pools, too many sockets or files. Attaches through the inspector, which costs the process a little, and leaves it as it was. The user has to consent. Give it load meanwhile: an idle process shows nothing. Returns a recording handle for explain_finding, verify_fix and compare_recordings.',
  entries,
  // It changes a process that runs, but nothing of it stays.
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  async run({ consent, ...words }, call) {
    const target = await targetOf(words.pid);
    const asked = { ...words, pid: target.pid };
    const answer = call.canAskUser ? await askUser(asked, call) : await trustModel(asked, consent);
    if (answer === 'yes') return look(target, asked, call);
    return answer === 'no' ? declined(target) : answer;
  },
};

async function askUser(
  words: LookWords,
  { session, context }: Call,
): Promise<'yes' | 'no' | InputRequiredResult> {
  const { consents } = session;
  const subject = { pid: words.pid, startTicks: processTable().stat(words.pid)?.startTicks ?? 0, words };
  return (
    consents.answer(subject, context) ?? consents.ask(subject, consentText(await mayAttach(words.pid), words))
  );
}

async function trustModel(words: LookWords, consent: boolean | undefined): Promise<'yes'> {
  const found = await mayAttach(words.pid);
  if (consent === true) return 'yes';
  throw new UsageError(
    'The user has to consent, and this client cannot ask: show the user the text below, and call again with consent: true if they agree.',
    consentText(found, words),
  );
}

/** Nobody is asked for what is not possible. */
async function mayAttach(pid: number) {
  const found = await lookAhead(pid);
  if (!found.canAttach)
    throw new AttachError(found.reason ?? `Process ${pid} cannot be attached to.`, found.cure);
  return found;
}

function declined({ pid }: LookTarget): Answer {
  return {
    summary: `The user did not consent: process ${pid} was not touched.`,
    body: { verdict: 'declined' },
    notJudged: ['Nothing was measured.'],
  };
}

const MOST_LOOKS = 4;

async function look(target: LookTarget, words: LookWords, { session, context }: Call): Promise<Answer> {
  const { looks, recordings } = session;
  if (looks.size >= MOST_LOOKS)
    throw new UsageError(`${MOST_LOOKS} captures are running already.`, 'Wait until one of them ends.');
  const dir = recordings.newFolder();
  const recorded = record({ kind: 'process', pid: target.pid }, createRecordingWriter(dir), {
    ...captureOptionsOf(words),
    signal: context.mcpReq.signal,
    onProgress: progressTo(context),
  });
  const held = recorded.catch(() => {}).finally(() => looks.delete(held));
  looks.add(held);
  await recorded;
  // Nobody waits for the answer any more.
  if (context.mcpReq.signal.aborted) throw new UsageError('The capture was cancelled.');
  const kept = await recordings.keep(dir, (report) => complete(report, target.pid));
  return describeDiagnosis(kept, target.note);
}

/** Nothing without a token: then nobody listens. */
function progressTo({ mcpReq }: ServerContext) {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let last = -1;
  return ({
    elapsedMillis,
    durationMillis,
    step,
  }: {
    elapsedMillis: number;
    durationMillis: number;
    step: string;
  }) => {
    const progress = Math.min(durationMillis, Math.round(elapsedMillis)) / 1_000;
    // It has to rise.
    if (progress <= last) return;
    last = progress;
    const params = { progressToken, progress, total: durationMillis / 1_000, message: step };
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
  };
}

/** What only the live half knows. */
async function complete(report: DiagnosisReport, pid: number): Promise<void> {
  if (report.verdict !== 'idle') return;
  report.verdictReason += ` ${(await sayWhoServes(pid)) ?? 'Diagnose it again while it serves requests.'}`;
}
