// One profile for Pyroscope: its push API in JSON, with the labels that say whose it is.
// https://grafana.com/docs/pyroscope/latest/reference-server-api/
import { createHash } from 'node:crypto';
import { escapeControls } from '../../../report/escape.ts';

export interface ProfileFacts {
  target: string;
  host: string;
  /** Which look it comes from. */
  source: 'light' | 'diagnosis';
  /** Of the configuration. */
  labels: Readonly<Record<string, string>>;
}

export interface PushRequest {
  series: {
    labels: { name: string; value: string }[];
    samples: { ID: string; rawProfile: string }[];
  }[];
}

const LONGEST_VALUE = 200;

/** `profile` is gzip'd pprof. The same profile has the same ID when it is sent again. */
export function pushRequest(
  profile: Uint8Array,
  { target, host, source, labels }: ProfileFacts,
): PushRequest {
  const all = {
    ...labels,
    __name__: 'process_cpu',
    service_name: target,
    hostname: host,
    source,
  };
  return {
    series: [
      {
        labels: Object.entries(all)
          .map(([name, value]) => ({ name, value: escapeControls(value, LONGEST_VALUE) }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
        samples: [{ ID: idOf(profile), rawProfile: Buffer.from(profile).toString('base64') }],
      },
    ],
  };
}

/** A UUID of its content (version 8 of RFC 9562). */
function idOf(profile: Uint8Array): string {
  const hex = createHash('sha256').update(profile).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
