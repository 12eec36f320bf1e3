// The settings of a process that are visible from outside: user, limits, cgroup, what it was started through, and what its
// files say about source maps and NODE_ENV.

import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { ownerOf } from '../../model/owner/owner.ts';
import type { CgroupSample } from '../../model/samples.ts';
import type { OuterSettings } from '../../model/settings/settings.ts';
import { readCmdline, readFdLimits, readStat, readStatus } from '../../target/proc/proc.ts';
import { known, readNames } from '../../target/proc/proc-file.ts';

const MAX_FILES = 200;
const MAX_FILE_BYTES = 256 * 1024;

/** `files` are paths as the process sees them. What cannot be read is absent; never throws. */
export function readOuterSettings(
  pid: number,
  files: readonly string[],
  before: CgroupSample | undefined,
  after: CgroupSample | undefined,
  root = '/proc',
): OuterSettings {
  const status = readStatus(pid, root);
  return {
    uid: status?.uid,
    pidInside: status?.namespacePids.at(-1),
    startedThrough: readWrappers(pid, root),
    fdSoftLimit: readFdLimits(pid, root)?.soft,
    fdCount: known(readNames(`${root}/${pid}/fd`))?.length,
    memoryLimitBytes: after?.memoryLimitBytes,
    memoryAnonBytes:
      after?.memoryAnonBytes === undefined
        ? undefined
        : Math.max(0, after.memoryAnonBytes - (after.ownAnonBytes ?? 0)),
    cpuQuotaCores: after?.cpuQuotaCores,
    pidsLimit: after && (after.pidsLimit ?? null),
    throttling: throttlingBetween(before, after),
    ...readFiles(pid, files, root),
  };
}

function throttlingBetween(
  before: CgroupSample | undefined,
  after: CgroupSample | undefined,
): OuterSettings['throttling'] {
  if (before?.periods === undefined || after?.periods === undefined) return undefined;
  if (before.throttledPeriods === undefined || after.throttledPeriods === undefined) return undefined;
  return {
    periods: after.periods - before.periods,
    throttledPeriods: after.throttledPeriods - before.throttledPeriods,
  };
}

const WRAPPERS = /^(sh|bash|dash|ash|busybox|npm|npx|yarn|pnpm)$/;

/** The chain from PID 1 of its namespace down to its parent, when every link of it is a shell or a package manager. */
function readWrappers(pid: number, root: string): string[] | undefined {
  const chain: string[] = [];
  for (let at = readStat(pid, root)?.parentPid ?? 0; at > 0 && chain.length < 10; ) {
    const word = wrapperName(at, root);
    if (word === undefined) return undefined;
    chain.unshift(word);
    if (readStatus(at, root)?.namespacePids.at(-1) === 1) return chain;
    at = readStat(at, root)?.parentPid ?? 0;
  }
  return undefined;
}

function wrapperName(pid: number, root: string): string | undefined {
  const [first = '', second = ''] = readCmdline(pid, root) ?? [];
  // npm calls itself "npm start"; run by node, its script is npm-cli.js.
  const names = [basename(first.split(' ')[0] ?? ''), basename(second).replace(/(-cli)?\.c?js$/, '')];
  const isNode = /^node/.test(names[0]!);
  const name = isNode ? names[1]! : names[0]!.replace(/^-/, '');
  return WRAPPERS.test(name) ? name : undefined;
}

function readFiles(
  pid: number,
  files: readonly string[],
  root: string,
): Pick<OuterSettings, 'filesRead' | 'readsNodeEnv' | 'transpiled'> {
  let filesRead = 0;
  let readsNodeEnv: string | undefined;
  let transpiled: string | undefined;
  for (const path of files.slice(0, MAX_FILES)) {
    const inside = `${root}/${pid}/root${path}`;
    const text = readEnds(inside);
    if (text === undefined) continue;
    filesRead++;
    if (/\bprocess\.env(\.NODE_ENV\b|\[['"]NODE_ENV['"]\])/.test(text)) readsNodeEnv ??= path;
    const isOwn = ownerOf(path) === 'app';
    if (isOwn && (/^\/\/[#@] ?sourceMappingURL=/m.test(text) || existsSync(`${inside}.map`)))
      transpiled ??= path;
  }
  return filesRead === 0 ? {} : { filesRead, readsNodeEnv, transpiled };
}

/** The begin and the end of a file: where settings are read, and where a source map is named. */
function readEnds(path: string): string | undefined {
  let fd: number | undefined;
  try {
    // Before it is opened: to open a pipe waits for a writer.
    const stat = statSync(path);
    if (!stat.isFile()) return undefined;
    fd = openSync(path, 'r');
    const part = (from: number, most: number) => {
      const buffer = Buffer.alloc(Math.min(most, stat.size));
      return buffer.toString('utf8', 0, readSync(fd!, buffer, 0, buffer.length, from));
    };
    return (
      part(0, MAX_FILE_BYTES) + (stat.size > MAX_FILE_BYTES ? `\n${part(stat.size - 2_048, 2_048)}` : '')
    );
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
