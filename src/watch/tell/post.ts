// One request to a receiver: with a deadline, following no redirect (it would send our data to another host), and reading no
// more of the answer than needed.
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Delivery } from './outbox.ts';

export interface Receiver {
  url: string;
  /** A file with the token that is sent as `Authorization: Bearer`. */
  tokenFile?: string;
}

export interface PostOptions {
  answerMillis?: number;
  headers?: Readonly<Record<string, string>>;
  /** Whether another try may help, by the status that was answered. */
  isTransient?: (status: number) => boolean;
  /** Judges the body of an answer that says yes; absent: it is not read. */
  judge?: (body: string) => Delivery;
}

const ANSWER_MILLIS = 10_000;
const LONGEST_BODY = 65_536;

/** Sends `body`, which is JSON. Never rejects. */
export async function post(
  { url, tokenFile }: Receiver,
  body: string | Uint8Array,
  options: PostOptions = {},
): Promise<Delivery> {
  let token: string | undefined;
  try {
    token = tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim();
  } catch (error) {
    return { is: 'failed', reason: `its token could not be read: ${(error as Error).message}` };
  }
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...options.headers,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  try {
    return judge(await send({ url: new URL(url), body, headers }, options), options);
  } catch (error) {
    return { is: 'failed', reason: (error as Error).message };
  }
}

interface Answer {
  status: number;
  retryAfter: string | undefined;
  body: string;
}

function judge({ status, retryAfter, body }: Answer, options: PostOptions): Delivery {
  if (status >= 200 && status < 300) return options.judge?.(body) ?? { is: 'delivered' };
  if (status >= 300 && status < 400)
    return { is: 'refused', reason: `it answered with a redirect (${status}), which is not followed` };
  const reason = `it answered ${status}`;
  const { isTransient = isUsuallyTransient } = options;
  if (!isTransient(status)) return { is: 'refused', reason };
  const retryAfterMillis = parseRetryAfter(retryAfter);
  return { is: 'failed', reason, ...(retryAfterMillis !== undefined && { retryAfterMillis }) };
}

const isUsuallyTransient = (status: number) => status >= 500 || status === 408 || status === 429;

/** Seconds or a date (RFC 9110, 10.2.3). */
function parseRetryAfter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const millis = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(millis) ? Math.max(0, millis) : undefined;
}

/** Rejects with the reason when there is no answer. */
async function send(
  { url, body, headers }: { url: URL; body: string | Uint8Array; headers: Record<string, string | number> },
  { answerMillis = ANSWER_MILLIS, judge: readsBody }: PostOptions,
): Promise<Answer> {
  // TLS takes memory: it loads where it is used.
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const asked = request(url, { method: 'POST', headers, agent: false }, (response) => {
      isAnswered = true;
      const { statusCode: status = 0, headers: answered } = response;
      const answer = { status, retryAfter: answered['retry-after'] };
      if (readsBody) void textOf(response).then((text) => resolve({ ...answer, body: text }));
      else {
        resolve({ ...answer, body: '' });
        response.destroy();
      }
    });
    const timer = setTimeout(() => {
      reject(new Error(`it did not answer within ${answerMillis / 1_000} s`));
      asked.destroy();
    }, answerMillis);
    asked.once('error', reject);
    asked.once('close', () => {
      clearTimeout(timer);
      if (!isAnswered) reject(new Error('it closed the connection without an answer'));
    });
    asked.end(body);
  });
}

/** As much as is read of it; never rejects. */
async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk;
      if (text.length > LONGEST_BODY) break;
    }
  } catch {
    // The status tells what became of it.
  }
  return text;
}
