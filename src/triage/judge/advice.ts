// What to do about a crash: settings with numbers from the log, the line to change, the next command.

import { chooseLargerHeap, unmeasuredOldSpaceMegabytes } from '../../findings/memory/heap-settings.ts';
import type { CrashLabel } from '../../model/crash.ts';
import { ownerOf } from '../../model/owner.ts';
import { MIB } from '../../units/bytes.ts';
import { formatBytes } from '../../units/units.ts';
import { addressOf, type CrashError, chainOf } from '../ends/crash-error.ts';
import { errorOf } from '../ends/crash-subject.ts';
import { type Ending, eventOf, exitOf } from '../ends/ending.ts';

export interface Circumstances {
  /** Of the container; null is unknown. */
  memoryLimitBytes: number | null;
}

export function adviceFor(ending: Ending, label: CrashLabel, around: Circumstances): string[] {
  const error = errorOf(ending);
  switch (label) {
    case 'heap-limit':
      return heapAdvice(ending, around);
    case 'container-oom':
      return containerAdvice(around);
    case 'native-crash':
      return nativeAdvice();
    case 'startup-failure':
      return startAdvice(ending, error);
    case 'dependency-unreachable':
      return dependencyAdvice(error!, ending.nearby);
    case 'dependency-auth':
      return [
        'Compare user, password and database in this environment with what the server expects; a rotated secret needs a restart of what reads it at start.',
      ];
    case 'killed-by-probe':
      return [
        'Find what keeps the event loop busy or the answer waiting: `culprit diagnose` on a running copy. Only if answers are slow by nature, give the probe a longer timeoutSeconds or a higher failureThreshold; slow starts need a startupProbe.',
      ];
    case 'terminated':
      return terminatedAdvice(ending);
    case 'unknown':
      if (error)
        return [
          'Look for the place in the program that writes this message, and for what it says was wrong. An error given to the logger as `err` would bring its stack and cause.',
        ];
      return [
        'Find the calls of process.exit in the program and let them write why. Start it with `--trace-exit --trace-uncaught --report-uncaught-exception`, and triage again with the exit code (--exit-code) or the pod status (--pod-status).',
      ];
    default:
      return codeAdvice(error, label);
  }
}

function heapAdvice(ending: Ending, { memoryLimitBytes }: Circumstances): string[] {
  const gc = eventOf(ending, 'heap-limit')?.gc ?? null;
  const used = gc ? Math.max(gc.afterBytes, gc.beforeBytes) : null;
  const set = Number(/--max-old-space-size[= ](\d+)/.exec(ending.commandLine)?.[1] ?? 0);
  // One large request can fail below the limit: to go below what was set would help nobody.
  const isLimitMore = used !== null && set * MIB > used;
  const base = used === null ? null : isLimitMore ? set * MIB : used;
  const larger =
    base === null ? null : chooseLargerHeap(base, used ?? 0, { limitBytes: memoryLimitBytes ?? undefined });
  const wanted = larger?.wantedMegabytes ?? null;
  const most = larger?.mostMegabytes ?? null;
  const isTooMuch = wanted !== null && most !== null && wanted > most;
  const room = isTooMuch
    ? `The container allows at most --max-old-space-size=${most} (75% of ${formatBytes(memoryLimitBytes!)}): raise its limit with the heap's.`
    : wanted === null
      ? ''
      : `To win time: --max-old-space-size=${wanted}${set > 0 ? ` instead of ${set}` : ''}, half again of ${isLimitMore ? 'that' : `the ${formatBytes(used!)} that were in use`}, rounded up${most === null ? '; the container needs a third more than that' : ''}.`;
  return [
    'Find what grows: `culprit diagnose PID` on a running copy under load, or start with --heapsnapshot-near-heap-limit=2 and read the files with `culprit heap`.',
    room,
  ].filter((each) => each !== '');
}

function containerAdvice({ memoryLimitBytes }: Circumstances): string[] {
  const heap =
    memoryLimitBytes === null
      ? ''
      : ` (--max-old-space-size=${unmeasuredOldSpaceMegabytes(memoryLimitBytes)} here)`;
  return [
    `Set the heap limit to about 75% of the container's${heap}: if the heap is what grows, V8 then says so itself instead of being killed without a word.`,
    'Find what grows: `culprit diagnose PID` on a running copy tells heap, buffers and native memory apart.',
  ];
}

function nativeAdvice(): string[] {
  return [
    'Look for the native addon in the stack or among the dependencies (`find node_modules -name "*.node"`), rebuild it for this Node version (`npm rebuild`) and update it.',
    'Start with --report-on-fatalerror --report-on-signal, and keep the core dump (`ulimit -c unlimited`): both name the function.',
  ];
}

function startAdvice(ending: Ending, error: CrashError | null): string[] {
  const option = eventOf(ending, 'bad-option');
  if (option)
    return [
      `Correct or remove it where the command is written, or in NODE_OPTIONS: ${option.option}. \`node --help\` lists the options of that version.`,
    ];
  if (eventOf(ending, 'unsettled-await') || exitOf(ending).code === 13)
    return [
      'Nothing was left that could settle the await: what should resolve it never runs, or its handle was unreferenced or closed.',
    ];
  if (!error) return ['Correct what the status names; `kubectl describe pod` shows the whole message.'];
  const last = chainOf(error).at(-1)!;
  return [startCure(last, error)];
}

function startCure(last: CrashError, { code: outer }: CrashError): string {
  const code = last.code || outer;
  const file = missingFileIn(last.message);
  if (file !== '')
    return `${file} is a file of the program, not a package: is it in the image at that path (not left out by .dockerignore or .gitignore), spelled as the file is (case counts on Linux), and built or mounted before the start?`;
  if (/MODULE_NOT_FOUND/.test(code) || /^Cannot find/.test(last.message))
    return 'Is it in package.json under dependencies (not devDependencies), installed in the image, spelled as the file is (case counts on Linux), and built before the start?';
  if (code === 'EADDRINUSE')
    return `Something listens there already: \`ss -ltnp\` names it. Usually an earlier copy that has not ended, or listen() called twice${last.properties.port ? `; port ${last.properties.port}` : ''}.`;
  if (last.properties.syscall === 'listen')
    return 'Ports below 1024 need privileges: listen above, and let the service or the balancer map the port.';
  if (/REQUIRE_ESM|REQUIRE_ASYNC/.test(code))
    return 'The package is an ES module: load it with `await import()`, make the caller an ES module, or use Node 22.12 or newer, where require() loads it.';
  if (/UNKNOWN_FILE_EXTENSION|TYPESCRIPT/.test(code))
    return 'Start the compiled file, or a loader (tsx), or Node 22.18 or newer, which strips types.';
  if (/PACKAGE_PATH_NOT_EXPORTED|PACKAGE_IMPORT/.test(code))
    return 'The package does not export that path in this version: import what its package.json lists under "exports", or pin the version that had it.';
  if (/DLOPEN/.test(code) || /NODE_MODULE_VERSION/.test(last.message))
    return 'The native addon does not fit: run `npm ci` or `npm rebuild` in the image itself, with the Node version and the C library that run it.';
  if (last.name === 'SyntaxError')
    return 'Correct the syntax at that line; if it is newer syntax, the Node version is too old for it, and if it is `import` or `export`, package.json lacks "type": "module".';
  if (/^(ENOENT|EACCES|EPERM|ENOTDIR|EISDIR)$/.test(code))
    return `The file must be there and readable for the user of the process${last.properties.path ? `: ${last.properties.path}` : ''}; check the mount and the working directory.`;
  return 'Set what the message names in the environment of this deployment, and compare with one that starts.';
}

/** The path that could not be loaded, as it was asked for; "" for packages, and files of packages. */
function missingFileIn(message: string): string {
  const asked = /^Cannot find module '([^']{1,500})'/.exec(message)?.[1] ?? '';
  return /^(\.{0,2}[\\/]|file:|[A-Za-z]:[\\/])/.test(asked) && ownerOf(asked) === 'app' ? asked : '';
}

function dependencyAdvice(told: CrashError, nearby: CrashError | null): string[] {
  const error = addressOf(told) === '' && nearby ? nearby : told;
  const last = chainOf(error).at(-1)!;
  const where = addressOf(error);
  const text = `${last.code} ${last.message} ${last.name}`;
  const at = where === '' ? 'it' : where;
  const look = /ENOTFOUND|EAI_/.test(text)
    ? `The name did not resolve: check its spelling, its namespace and the DNS of the pod (\`getent hosts ${where || 'NAME'}\`). EAI_AGAIN is a DNS server that did not answer.`
    : /CERT|SELF_SIGNED|self.signed|UNABLE_TO|TLS|SSL|EPROTO/i.test(text)
      ? 'The certificate was not accepted: give its authority with NODE_EXTRA_CA_CERTS, or renew it. Never switch the check off.'
      : /TIMEOUT|TimeoutError|timed? ?out|timeout/i.test(text)
        ? `No answer in time from ${at}: is it overloaded, or does a network policy or firewall drop the packets?`
        : /ECONNREFUSED/.test(text)
          ? `Nothing listens at ${at}: is it running, is that the right host and port, and ready before this starts? In a container localhost is the container itself.`
          : `Look at ${at}: is it running, and is there a way to it from here?`;
  return [
    look,
    'Retry with growing pauses at the place that connects, and handle its error, so that a restart of the dependency is not one of yours.',
  ];
}

function terminatedAdvice(ending: Ending): string[] {
  const { signal } = exitOf(ending);
  if (signal === 'SIGKILL')
    return [
      'Find who sent it: the kernel when memory ran out (`dmesg | grep -i oom`, OOMKilled in the pod status), Kubernetes after a failed probe or a grace period (--pod-status and --events tell them apart), or a person.',
    ];
  return [
    `${signal ?? 'A signal'} is how deployments, scaling and shells stop a program: nothing is wrong if that was meant. Handle it, to end open requests before the exit.`,
  ];
}

function codeAdvice(error: CrashError | null, label: CrashLabel): string[] {
  const last = error && chainOf(error).at(-1)!;
  const code = last?.code ?? '';
  if (/^(EMFILE|ENFILE)$/.test(code))
    return [
      'Find what opens files or sockets and does not close them: `culprit diagnose PID` names the line. Raise `ulimit -n` to win time.',
    ];
  if (/^(ENOSPC|EDQUOT)$/.test(code))
    return [
      'The disk, or the number of inotify watches, is used up: `df -h`, `df -i`, and sysctl fs.inotify.max_user_watches.',
    ];
  if (code === 'EROFS') return ['The file system is read-only: write to a mounted volume or to /tmp.'];
  if (/call stack/.test(last?.message ?? ''))
    return ['The recursion has no end for this input: look for a cycle in the data, or make it a loop.'];
  if (/^(ECONNRESET|EPIPE)$/.test(code))
    return [
      "The other side hung up and nobody listened: add an 'error' listener to the socket, stream or request that emitted it.",
    ];
  if (label === 'unhandled-rejection')
    return [
      'Await the promise where it is made, or give it a catch: the first line of the application in the stack is where to look.',
    ];
  return [
    'Handle what the line does not expect, and add the input that led there to a test. --enable-source-maps names the lines people wrote.',
  ];
}
