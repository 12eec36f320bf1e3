// What runtimes and native libraries say of their own end: Node.js, Electron, Deno, Bun, the C library, Rust, Go.
import type { NoticeTable } from './notice.ts';

const GONE = '(oom|crashed|killed|abnormal-exit|launch-failed|integrity-failure|memory-eviction)';

export const RUNTIMES: NoticeTable = {
  words:
    /free\(\)|alloc\(\)|corrupt|chunk|smashing|terminate called|[Aa]ssertion|option|not allowed|requires an argument|must be|is an invalid|unsettled|panic|crashed|[Rr]ender|Received signal|FATAL:|memory allocation|out of memory|GPU process|xitCode|Exit Code|Exception Type|malloc|libc\+\+abi/,
  rows: [
    {
      teller: 'C++ runtime',
      pattern:
        /^(?:terminate called after throwing an instance of|libc\+\+abi: terminating due to uncaught exception of type) '?std::bad_alloc/,
      read: () => ({
        told: { label: 'out-of-memory', statement: 'native code could not allocate memory (std::bad_alloc)' },
      }),
      example: "terminate called after throwing an instance of 'std::bad_alloc'",
      answer: 'Out of memory: native code could not allocate memory (std::bad_alloc)',
    },
    {
      teller: 'C library',
      pattern:
        /^(free\(\): .*|double free or corruption.*|malloc\(\): .*|malloc_consolidate\(\): .*|realloc\(\): .*|corrupted .*size.*|corrupted double-linked list.*|munmap_chunk\(\): .*|\*\*\* stack smashing detected \*\*\*.*|terminate called (?:after throwing|without an active).*|libc\+\+abi: terminating .*)$/,
      read: ([, words]) => ({ native: words!.slice(0, 200) }),
      example: 'free(): invalid pointer',
      answer: 'Native code crashed: free(): invalid pointer',
    },
    {
      teller: 'C library',
      pattern: /^(?:\S+: )?\S+\.(?:c|cc|cpp|h|hpp|cxx|rs):\d+: .*: Assertion [`'"](.*)['"] failed\.$/,
      read: ([, words]) => ({ native: `the assertion ${words!.slice(0, 200)} failed` }),
      example: "node: ../deps/uv/src/unix/core.c:573: uv__close: Assertion `fd > 2' failed.",
      answer: 'Native code crashed: the assertion fd > 2 failed',
    },
    {
      teller: 'C library',
      pattern: /^Assertion failed: (.{1,200}?), (?:function \S+, )?file .{1,300}, line \d+\.?$/,
      read: ([, words]) => ({ native: `the assertion ${words!.slice(0, 200)} failed` }),
      example: 'Assertion failed: (handle->flags & 1), function uv_close, file core.c, line 203.',
      answer: 'Native code crashed: the assertion (handle->flags & 1) failed',
    },
    {
      teller: 'Node.js',
      pattern: /^\s*#\s+Assertion failed: (.*)$/,
      read: ([, words]) => ({ native: `the assertion ${words!.slice(0, 200)} failed` }),
      example: '  #  Assertion failed: (env) != nullptr',
      answer: 'Native code crashed: the assertion (env) != nullptr failed',
    },
    {
      teller: 'Node.js',
      pattern:
        /^(?:\S*node(?:\.exe)?): (bad option: .*|.* is not allowed in NODE_OPTIONS|.* requires an argument|.*must be .*|.* is an invalid .*)$/,
      read: ([, words]) => ({ badOption: words!.slice(0, 200) }),
      example: 'node: bad option: --max-old-space',
      answer: 'It could not start: bad option: --max-old-space',
    },
    {
      teller: 'Node.js',
      pattern: /^Warning: Detected unsettled top-level await at (.*)$/,
      read: ([, place]) => ({ unsettledAt: place!.slice(0, 500) }),
      example: 'Warning: Detected unsettled top-level await at file:///app/app.mjs:1',
      answer: 'It could not start: a top-level await was never settled (/app/app.mjs:1)',
    },
    {
      teller: 'Deno',
      pattern: /^Deno has panicked\. This is a bug in Deno\b/,
      // Who panicked, and where, comes some lines later.
      read: () => ({ native: 'Deno panicked', weight: 'echo' }),
      example: 'Deno has panicked. This is a bug in Deno. Please report this',
      answer: 'Native code crashed: Deno panicked',
    },
    {
      teller: 'Rust',
      pattern: /^thread '.{1,80}' (?:\(\d+\) )?panicked at (.{1,300})$/,
      read: ([, words]) => ({ native: `Rust code panicked at ${words!.slice(0, 200)}` }),
      example: "thread 'main' panicked at src/pool.rs:12:5:",
      answer: 'Native code crashed: Rust code panicked at src/pool.rs:12:5:',
    },
    {
      teller: 'Rust',
      pattern: /^memory allocation of (\d+) bytes failed/,
      read: ([, bytes]) => ({
        told: {
          label: 'out-of-memory',
          statement: `native code could not allocate memory (it asked for ${bytes} bytes)`,
        },
      }),
      example: 'memory allocation of 1048576 bytes failed',
      answer: 'Out of memory: native code could not allocate memory (it asked for 1048576 bytes)',
    },
    {
      teller: 'Go',
      pattern: /^fatal error: (?:runtime: )?(?:out of memory|cannot allocate memory)/,
      read: () => ({
        told: { label: 'out-of-memory', statement: 'a tool written in Go could not allocate memory' },
      }),
      example: 'fatal error: runtime: out of memory',
      answer: 'Out of memory: a tool written in Go could not allocate memory',
    },
    {
      teller: 'Bun',
      // Go programs panic as well, without a thread in brackets.
      pattern:
        /^panic(?:\((?:main thread|thread \d+|[\w ]{1,40})\):|:(?= ?(?:Segmentation fault|Illegal instruction|Bus error|Floating point|[Oo]ut of memory|A C\+\+ exception|Stack overflow|Internal assertion))) ?(.{1,200})$/,
      read: ([, words]) =>
        /out of memory/i.test(words!)
          ? { told: { label: 'out-of-memory', statement: 'Bun could not allocate memory' } }
          : { native: words! },
      example: 'panic(main thread): Segmentation fault at address 0x18',
      answer: 'Native code crashed: Segmentation fault at address 0x18',
    },
    {
      teller: 'Bun',
      pattern: /^(?:oh no|uh-oh): Bun has (?:crashed|run out of memory)\b/,
      read: ([words]) =>
        /memory/.test(words)
          ? { told: { label: 'out-of-memory', statement: 'Bun could not allocate memory' } }
          : { native: 'Bun says that it crashed' },
      example: 'oh no: Bun has crashed. This indicates a bug in Bun, not your code.',
      answer: 'Native code crashed: Bun says that it crashed',
    },
    {
      teller: 'Electron',
      pattern: new RegExp(
        String.raw`\b(?:render-process-gone|child-process-gone|[Rr]ender(?:er)? process (?:is )?(?:gone|crashed|exited|stopped))\b[^a-z]{0,20}(?:.{0,200}?\breason\\?["']?[:=] ?\\?["']?)?${GONE}`,
      ),
      read: ([, reason]) => goneOf(reason!),
      example: "render-process-gone { reason: 'oom', exitCode: -536870904 }",
      answer: "Out of memory: Electron's renderer ran out of memory (render-process-gone, reason oom)",
    },
    {
      teller: 'Electron',
      pattern: new RegExp(
        String.raw`(?:^|[^\w])[Rr]eason(?:\\?["']?): ?\\?["']?${GONE}\\?["']?, ?\\?["']?(?:exitCode|Exit Code)\\?["']?: ?-?\d+|^Renderer process ${GONE}\b`,
      ),
      read: ([, reason, other]) => goneOf((reason ?? other)!),
      example: 'event details : "{\\"reason\\":\\"oom\\",\\"exitCode\\":-536870904}"',
      answer: "Out of memory: Electron's renderer ran out of memory (render-process-gone, reason oom)",
    },
    {
      teller: 'macOS',
      pattern: /^Exception Type: +EXC_\w+ \((SIG[A-Z]+)\)/,
      read: ([, signal]) => ({ signal: signal! }),
      example: 'Exception Type:        EXC_BAD_ACCESS (SIGSEGV)',
      answer: 'Native code crashed: SIGSEGV',
    },
    {
      teller: 'C library',
      pattern: /^\S{1,40}\((\d+),0x[0-9a-f]+\) malloc: (?:\*\*\* )?(?:error for object \S+: )?(.{1,200})$/,
      read: ([, pid, words]) => ({ native: `malloc: ${words}`, pid: Number(pid) }),
      example: 'node(812,0x105cd6dc0) malloc: Incorrect checksum for freed object 0x102b153d8',
      answer: 'Native code crashed: malloc: Incorrect checksum for freed object 0x102b153d8',
    },
    {
      teller: 'Chromium',
      pattern: /^(?:\[.{1,80}:)?FATAL:([\w.]+)\((?:line )?\d+\)\] (.{1,200})$/,
      read: ([, , words]) => ({ native: words! }),
      example:
        "[812:0102/100000.000:FATAL:gpu_data_manager_impl_private.cc(439)] GPU process isn't usable. Goodbye.",
      answer: "Native code crashed: GPU process isn't usable. Goodbye.",
    },
    {
      teller: 'Chromium',
      pattern: /^Received signal (\d{1,2}) (?:SEGV|BUS|ILL|FPE|TRAP|<unknown>)/,
      read: ([, number]) => ({ code: 128 + Number(number) }),
      example: 'Received signal 11 SEGV_MAPERR 000000000010',
      answer: 'Native code crashed: SIGSEGV',
    },
  ],
};

/** Why Electron says that a process of it is gone. */
function goneOf(reason: string) {
  switch (reason) {
    case 'oom':
    case 'memory-eviction':
      return {
        told: {
          label: 'out-of-memory',
          statement: `Electron's renderer ran out of memory (render-process-gone, reason ${reason})`,
        },
      } as const;
    case 'killed':
      return { signal: 'SIGKILL' };
    case 'launch-failed':
    case 'integrity-failure':
      return {
        told: { label: 'startup-failure', statement: `Electron could not start a process: ${reason}` },
      } as const;
    default:
      return { native: `a process of Electron is gone (reason ${reason})` };
  }
}
