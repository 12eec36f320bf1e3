// The <target> word of the command line, by its form alone: a pid, a port, an address or a part of a command line.
import { isIP } from 'node:net';
import { UsageError } from '../errors.ts';

/** What the word can mean, told by its form alone. */
export type TargetSpec =
  | { kind: 'pid'; pid: number }
  /** ":3000": a port on this machine, the app's or its inspector's. */
  | { kind: 'port'; port: number }
  | { kind: 'inspector'; host: string; port: number }
  | { kind: 'web-socket'; url: string }
  /** A part of the command line. */
  | { kind: 'pattern'; pattern: string };

/** URL.canParse is not in the oldest Node that a recorder runs on. */
function isUrl(text: string): boolean {
  try {
    return new URL(text) !== null;
  } catch {
    return false;
  }
}

/** What always works, on any system. */
export const ADDRESS_HINT =
  'Start it with --inspect=127.0.0.1:0 and give culprit the host:port that it prints.';
export const PS_HINT = 'See the Node.js processes here with `culprit ps`.';

function parsePort(text: string): number {
  const port = Number(text);
  if (port < 1 || port > 65_535) throw new UsageError(`${text} is not a port.`, 'Ports go from 1 to 65535.');
  return port;
}

/** Reads the <target> argument. Throws UsageError for an empty word, pid 0, a port or URL that cannot be. */
export function parseTarget(text: string): TargetSpec {
  const word = text.trim();
  if (word === '') throw new UsageError('The target is empty.', PS_HINT);
  if (/^\d+$/.test(word)) {
    const pid = Number(word);
    if (pid === 0 || pid > 2 ** 31) throw new UsageError(`${word} is not a process id.`, PS_HINT);
    return { kind: 'pid', pid };
  }
  if (/^:\d+$/.test(word)) return { kind: 'port', port: parsePort(word.slice(1)) };
  if (/^wss?:\/\//i.test(word)) {
    if (!isUrl(word))
      throw new UsageError(
        `${word} is not a URL.`,
        'Copy webSocketDebuggerUrl from what `curl host:port/json/list` shows.',
      );
    return { kind: 'web-socket', url: word };
  }
  const address = /^(?:http:\/\/)?(?:\[([0-9a-f:.]+)\]|([\w.-]+)):(\d+)\/?$/i.exec(word);
  if (address) {
    return { kind: 'inspector', host: (address[1] ?? address[2])!, port: parsePort(address[3]!) };
  }
  return { kind: 'pattern', pattern: word };
}

/** An IP address for a DNS name: the inspector answers "Host must be an IP or localhost" to a name. */
export async function toAddress(host: string): Promise<string> {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 || bare.toLowerCase() === 'localhost') return bare;
  try {
    const { lookup } = await import('node:dns/promises');
    return (await lookup(bare)).address;
  } catch (cause) {
    const hint =
      'Give an IP address or localhost: an inspector accepts no other host, so culprit resolves names first.';
    throw new UsageError(`The host name ${bare} cannot be resolved.`, hint, { cause });
  }
}

export async function withAddress(url: string): Promise<string> {
  const parsed = new URL(url);
  const address = await toAddress(parsed.hostname);
  parsed.hostname = address.includes(':') ? `[${address}]` : address;
  return parsed.href;
}
