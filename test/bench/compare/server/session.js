import { createHmac } from 'node:crypto';

const SECRET = 'not a secret: this is a benchmark';

function sign(text) {
  return createHmac('sha256', SECRET).update(text).digest('base64url');
}

export function signSession(session) {
  const text = Buffer.from(JSON.stringify(session)).toString('base64url');
  return `${text}.${sign(text)}`;
}

export function readSession(cookie = '') {
  const [text = '', signature = ''] = (/session=([^;]+)/.exec(cookie)?.[1] ?? '').split('.');
  if (text === '' || sign(text) !== signature) return { cart: [] };
  return JSON.parse(Buffer.from(text, 'base64url').toString());
}
