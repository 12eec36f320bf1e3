// What the kernel, and daemons that act before it, say of processes they ended: in dmesg, the journal and syslog.
import { signalName } from '../../ends/ending.ts';
import type { NoticeTable } from './notice.ts';

/** "[12345.678] ", "[Tue May 17 11:21:17 2022] ", "kernel: ", "INFO ". */
const LEAD = String.raw`^(?:[a-z ]{1,30}: )?(?:\[[\s\d.]+\] |\[\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\] |kernel: ?)*`;
/** Names under which Node.js and what starts it run. Others that were killed are none of ours. */
const OURS = String.raw`(?:node|nodejs|MainThread|npm[^)'"]*|npx|yarn|pnpm|tsx|ts-node|bun|deno|electron|next[^)'"]*|nuxt[^)'"]*|vite[^)'"]*|jest[^)'"]*|PM2[^)'"]*|V8[^)'"]*|libuv-worker|node[-\w /.:]*)`;

const rss = (kilobytes: string | undefined) => (kilobytes === undefined ? null : Number(kilobytes) * 1024);

export const KERNEL: NoticeTable = {
  words: /kill|oom|segfault|trap|sending SIG/i,
  rows: [
    {
      teller: 'kernel log',
      pattern: new RegExp(
        `${LEAD}(?:(Memory cgroup out of memory)|Out of memory[^:.]{0,40})[:.] Kill(?:ed)? process (\\d+),? \\((${OURS})\\)?(?:.*?anon-rss:(\\d+)kB)?`,
      ),
      read: ([, isLimit, pid, , kilobytes]) => ({
        kernelOom: { rssBytes: rss(kilobytes), isLimit: isLimit !== undefined },
        pid: Number(pid),
      }),
      example:
        '[Tue May 17 11:21:17 2022] Out of memory: Killed process 812 (node) total-vm:2097152kB, anon-rss:1048576kB, file-rss:0kB',
      answer: "The kernel's OOM killer ended it at 1 GB: the machine had no memory left",
    },
    {
      teller: 'kernel log',
      pattern: new RegExp(`${LEAD}Killed process (\\d+),? \\((${OURS})\\)?(?:.*?anon-rss:(\\d+)kB)?`),
      read: ([, pid, , kilobytes]) => ({
        kernelOom: { rssBytes: rss(kilobytes), isLimit: false },
        pid: Number(pid),
      }),
      example: '[ 1204.5] Killed process 812 (node) total-vm:1200kB, anon-rss:2048kB, file-rss:0kB',
      answer: "The kernel's OOM killer ended it at 2 MB: the machine had no memory left",
    },
    {
      teller: 'kernel log',
      pattern: new RegExp(`${LEAD}oom-kill:constraint=(CONSTRAINT_\\w+),.{0,1500}\\btask=${OURS},pid=(\\d+)`),
      read: ([, constraint, pid]) => ({
        kernelOom: { rssBytes: null, isLimit: constraint === 'CONSTRAINT_MEMCG' },
        pid: Number(pid),
      }),
      example:
        'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/docker/ab,task_memcg=/docker/ab,task=node,pid=812,uid=0',
      answer: 'The container hit its memory limit and the kernel killed the process',
    },
    {
      teller: 'kernel log',
      pattern: new RegExp(`${LEAD}oom_reaper: reaped process (\\d+) \\(${OURS}\\)?`),
      read: ([, pid]) => ({
        kernelOom: { rssBytes: null, isLimit: false },
        pid: Number(pid),
        weight: 'echo',
      }),
      example: 'oom_reaper: reaped process 812 (node), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB',
      answer: "The kernel's OOM killer ended it: the machine had no memory left",
    },
    {
      teller: 'kernel log',
      pattern: new RegExp(
        `${LEAD}(?:traps: )?${OURS}\\[(\\d+)\\]:? (segfault at|trap |general protection)(.{0,200})`,
      ),
      read: ([, pid, how, rest]) => ({
        native: `the kernel log says: ${how}${rest}`.slice(0, 200),
        pid: Number(pid),
      }),
      example: 'node[812]: segfault at 8 ip 00007f12 sp 00007ffd error 4 in addon.node[7f12000+2000]',
      answer:
        'Native code crashed: the kernel log says: segfault at 8 ip 00007f12 sp 00007ffd error 4 in addon.node[7f12000+2000]',
    },
    {
      teller: 'earlyoom',
      pattern: new RegExp(`^(?:earlyoom: )?sending (SIG[A-Z]+) to process (\\d+) (?:uid \\d+ )?"${OURS}"`),
      read: ([, signal, pid]) => ({
        told: {
          label: 'out-of-memory',
          statement: `earlyoom ended it with ${signalName(signal!)} because the machine was running out of memory`,
        },
        pid: Number(pid),
      }),
      example: 'sending SIGTERM to process 812 uid 1000 "node": badness 901, VmRSS 1040 MiB',
      answer: 'Out of memory: earlyoom ended it with SIGTERM because the machine was running out of memory',
    },
  ],
};
