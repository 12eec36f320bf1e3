// What the kernel counts for all TCP of a network namespace: /proc/<pid>/net/{snmp,netstat,sockstat}, text in, numbers out.
// Formats: https://www.kernel.org/doc/html/latest/networking/snmp_counter.html
import type { TcpCounters } from '../../model/samples.ts';
import { known, readText } from './proc-file.ts';

/** Name in the kernel's tables -> ours. Counters run since the namespace began. */
const SNMP: Record<string, keyof TcpCounters> = {
  OutSegs: 'segmentsSent',
  RetransSegs: 'segmentsResent',
  EstabResets: 'establishedResets',
  OutRsts: 'resetsSent',
  ActiveOpens: 'outgoingOpens',
  AttemptFails: 'failedOpens',
};
const NETSTAT: Record<string, keyof TcpCounters> = {
  ListenOverflows: 'listenOverflows',
  ListenDrops: 'listenDrops',
  TCPTimeouts: 'timeouts',
};

/** Pairs of lines with one prefix: first the names, then the values in their order. */
function readPairs(
  text: string,
  prefix: string,
  names: Record<string, keyof TcpCounters>,
  into: TcpCounters,
) {
  const [head, values] = text.split('\n').filter((line) => line.startsWith(`${prefix}:`));
  const numbers = values?.trim().split(/\s+/) ?? [];
  for (const [i, name] of (head?.trim().split(/\s+/) ?? []).entries()) {
    const field = Object.hasOwn(names, name) ? names[name] : undefined;
    const value = Number(numbers[i]);
    if (field && numbers[i] !== undefined && Number.isFinite(value) && value >= 0) into[field] = value;
  }
}

/**
 * The counters of the network namespace that a process lives in: its own alone in a container, those of all of the
 * machine outside of one. Undefined when none could be read.
 */
export function readTcpCounters(pid: number, root = '/proc'): TcpCounters | undefined {
  const text = (name: string) => known(readText(`${root}/${pid}/net/${name}`)) ?? '';
  const counters: TcpCounters = {};
  readPairs(text('snmp'), 'Tcp', SNMP, counters);
  readPairs(text('netstat'), 'TcpExt', NETSTAT, counters);
  const timeWait = /^TCP:.* tw (\d+)/m.exec(text('sockstat'))?.[1];
  if (timeWait !== undefined) counters.timeWait = Number(timeWait);
  return Object.keys(counters).length > 0 ? counters : undefined;
}
