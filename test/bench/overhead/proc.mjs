// What /proc says of a process: time on the CPU, memory, descriptors, and the ports that it listens on.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const MILLIS_A_TICK = 10;

/** User and system time of all threads, milliseconds. */
export function cpuMillis(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MILLIS_A_TICK;
}

/** Resident memory, bytes. */
export function residentBytes(pid) {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
  return Number(kilobytes) * 1_024;
}

/** V8's CPU profiler has a thread of its own. */
export function isProfiled(pid) {
  return readdirSync(`/proc/${pid}/task`).some((task) =>
    readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').startsWith('v8:ProfEvnt'),
  );
}

/** What its descriptors are, as the kernel names them. */
export function openFds(pid) {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

const LISTEN = '0A';

/** TCP ports this process listens on, IPv4 and IPv6. */
export function listeningPorts(pid) {
  const own = new Set(openFds(pid).map((name) => /^socket:\[(\d+)\]$/.exec(name)?.[1]));
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === LISTEN && own.has(fields[9]))
      .map((fields) => Number.parseInt(fields[1].split(':').at(-1), 16)),
  );
}
