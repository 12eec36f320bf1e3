// One request to a webhook: with a deadline, following no redirect (it would carry what we know to whoever is named there), and
// reading no more of the answer than its status.
import { readFileSync } from 'node:fs';
import type { Webhook } from '../config/watch-config.ts';
import type { PostableAlert } from './alerts.ts';
import type { Delivery } from './outbox.ts';

const ANSWER_MILLIS = 10_000;

/** Never rejects. */
export async function post(
  hook: Webhook,
  alerts: readonly PostableAlert[],
  answerMillis = ANSWER_MILLIS,
): Promise<Delivery> {
  let token: string | undefined;
  try {
    token = hook.tokenFile === undefined ? undefined : readFileSync(hook.tokenFile, 'utf8').trim();
  } catch (error) {
    return { is: 'failed', reason: `its token could not be read: ${(error as Error).message}` };
  }
  const status = await send(new URL(hook.url), JSON.stringify(alerts), { token, answerMillis });
  return typeof status === 'string' ? { is: 'failed', reason: status } : judge(status);
}

function judge(status: number): Delivery {
  if (status >= 200 && status < 300) return { is: 'delivered' };
  if (status >= 300 && status < 400)
    return { is: 'refused', reason: `it answered with a redirect (${status}), which is not followed` };
  const isTransient = status >= 500 || status === 408 || status === 429;
  return { is: isTransient ? 'failed' : 'refused', reason: `it answered ${status}` };
}

/** The status, or why there is none. */
async function send(
  url: URL,
  body: string,
  { token, answerMillis }: { token: string | undefined; answerMillis: number },
): Promise<number | string> {
  // TLS takes memory: it loads where it is used.
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve) => {
    const asked = request(url, { method: 'POST', headers, agent: false }, (response) => {
      resolve(response.statusCode ?? 'it answered without a status');
      response.destroy();
    });
    const timer = setTimeout(() => {
      resolve(`it did not answer within ${answerMillis / 1_000} s`);
      asked.destroy();
    }, answerMillis);
    asked.once('error', ({ message }) => resolve(message));
    asked.once('close', () => {
      clearTimeout(timer);
      resolve('it closed the connection without an answer');
    });
    asked.end(body);
  });
}
