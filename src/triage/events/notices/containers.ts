// What container engines say of a container: compose, `docker ps`, `docker events`, builds, and the init of Fly.io.
import { signalName } from '../../ends/ending.ts';
import { CODE, codeIn, type NoticeTable } from './notice.ts';

const attribute = (list: string, name: string) =>
  new RegExp(`(?:^|[(, ])${name}=([^,)]{1,200})`).exec(list)?.[1];

const shortId = (id: string) => id.slice(0, 12);

export const CONTAINERS: NoticeTable = {
  words: /exited|Exited|container (?:die|oom)|non-zero code|exit code:|Main child|OOM killed|restarting/,
  rows: [
    {
      teller: 'compose',
      pattern: new RegExp(
        String.raw`^(?:Container )?([\w./@-]+)(?: \|)? (?:exited with code|Exited with code) ${CODE}(?: \(restarting\))?$`,
      ),
      read: ([, name, code]) => ({ code: codeIn(code), name }),
      example: 'shop-web-1 exited with code 137',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'docker ps',
      pattern: /^[0-9a-f]{12} +\S.{0,300}\bExited \((\d{1,3})\) \S.{0,40}? ago\b.*?(?:\s(\S+))?$/,
      read: ([, code, name]) => ({ code: Number(code), name: name ?? '' }),
      example:
        '0123456789ab   shop:1   "node server.js"   2 hours ago   Exited (139) 5 minutes ago             shop',
      answer: 'Native code crashed: SIGSEGV',
    },
    {
      teller: 'docker events',
      pattern: /^container (die|oom) ([0-9a-f]{6,64}) (\(.{1,1500}\))$/,
      read: ([, action, id, list]) => {
        const name = attribute(list!, 'name') ?? shortId(id!);
        return action === 'oom'
          ? {
              told: {
                label: 'container-oom',
                statement: `docker says that the container ${name} hit its memory limit (event oom)`,
              },
              name,
            }
          : { code: codeIn(attribute(list!, 'exitCode')), name };
      },
      example:
        '2026-01-02T10:00:00.000000000Z container die 0123456789abcdef (execDuration=5, exitCode=137, image=shop, name=shop-1)',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'docker build',
      pattern: new RegExp(
        `(?:^The command '.{1,500}' returned a non-zero code:|process ".{1,500}" did not complete successfully: exit code:) ${CODE}`,
      ),
      read: ([, code]) => ({ code: codeIn(code) }),
      example:
        'ERROR: failed to solve: process "/bin/sh -c npm run build" did not complete successfully: exit code: 137',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'Fly.io',
      pattern: new RegExp(
        `(?:^| )Main child exited (?:normally with code: ${CODE}|with signal \\(with signal '(\\w+)')`,
      ),
      read: ([, code, signal]) => (signal ? { signal: signalName(signal) } : { code: codeIn(code) }),
      example: " INFO Main child exited with signal (with signal 'SIGKILL', core dumped? false)",
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'Fly.io',
      pattern: /(?:^| )Process appears to have been OOM killed!/,
      read: () => ({
        told: { label: 'container-oom', statement: 'Fly.io says that the machine ran out of memory' },
      }),
      example: ' INFO Process appears to have been OOM killed!',
      answer: 'Out of memory: Fly.io says that the machine ran out of memory',
    },
  ],
};
