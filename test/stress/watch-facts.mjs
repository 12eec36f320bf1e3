// What the tests of a watch read of it and of its targets.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** All that was decided, in order. */
export function readDecisions(folder) {
  const files = ['decisions.jsonl.1', 'decisions.jsonl'].map((name) => join(folder, name));
  return files
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line));
}

/** Ports that a process listens on beyond the one of its app. */
export function extraPorts(pid) {
  try {
    const inodes = new Set(
      readdirSync(`/proc/${pid}/fd`)
        .map((fd) => /socket:\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1])
        .filter(Boolean),
    );
    const rows = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n').slice(1);
    const mine = rows.filter((row) => / 0A /.test(row) && inodes.has(row.trim().split(/\s+/)[9]));
    return mine.length - 1;
  } catch {
    return 0;
  }
}
