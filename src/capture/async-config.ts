// What `--async` means for the probe: which async resources it watches, and how closely.

import type { ProbeConfig } from '../probe/probe-protocol.ts';
import type { AsyncMode } from './context.ts';

/** Creation of these is watched: they hold a handle, a descriptor, a process or a thread. */
const WATCHED_ASYNC_TYPES = [
  'Timeout',
  'TCPWRAP',
  'TCPSERVERWRAP',
  'PIPEWRAP',
  'UDPWRAP',
  'PROCESSWRAP',
  'WORKER',
  'FSREQCALLBACK',
  'FSREQPROMISE',
  'FILEHANDLE',
  'FSEVENTWRAP',
  'STATWATCHER',
  'TTYWRAP',
  'GETADDRINFOREQWRAP',
  'QUERYWRAP',
  'HTTPCLIENTREQUEST',
  'ZLIB',
  'MESSAGEPORT',
  'DNSCHANNEL',
  'ELDHISTOGRAM',
  'HTTP2SESSION',
  'SIGNALWRAP',
];

export function asyncConfig(mode: AsyncMode): Pick<ProbeConfig, (typeof ASYNC_SETTINGS)[number]> {
  return {
    asyncTypes:
      mode === 'off' ? [] : mode === 'full' ? [...WATCHED_ASYNC_TYPES, 'PROMISE'] : WATCHED_ASYNC_TYPES,
    asyncInitsPerSecond: mode === 'full' ? Number.MAX_SAFE_INTEGER : 1_000,
    asyncStacksPerSecond: mode === 'full' ? 1_000 : 60,
    longestRestMillis: 5_000,
  };
}
const ASYNC_SETTINGS = [
  'asyncTypes',
  'asyncInitsPerSecond',
  'asyncStacksPerSecond',
  'longestRestMillis',
] as const satisfies (keyof ProbeConfig)[];
