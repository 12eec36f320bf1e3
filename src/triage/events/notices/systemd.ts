// What systemd says of a service, in the journal and in `systemctl status`.
import { signalName } from '../../ends/ending.ts';
import type { NoticeTable } from './notice.ts';

/** Units of the machine, and servers that are no Node.js: their ends say nothing of the program. */
const OTHERS = String.raw`(?:systemd|user|session|init|apt|apk|dnf|yum|snapd?|logrotate|man-db|motd-news|fstrim|sshd?|crond?|anacron|e2scrub\w*|dpkg|certbot|packagekit|fwupd|NetworkManager|dbus|polkit|udisks2|rsyslog|s?getty|serial-getty|unattended-upgrades|update-notifier|ua-timer|esm-cache|sysstat|php[\d.]*-?fpm|mysqld?|mariadb|postgresql|mongod|redis|nginx|apache2|httpd|haproxy|docker|containerd|podman|kubelet|chronyd?|ntpd?|phpsessionclean|ufw|firewalld|multipathd|bluetooth|cups|avahi-daemon)[.@-]`;
/** "systemd[1]: " where the lead of the line was not taken off. */
const UNIT = String.raw`^(?:systemd\[\d+\]: )?(?!${OTHERS})(\S{1,200}\.(?:service|scope|slice)): `;

/** Codes from 200 on are systemd's own: the program was never run. */
function startFailure(code: number, word: string) {
  return {
    label: 'startup-failure',
    statement: `systemd could not run it: ${code}/${word}`,
  } as const;
}

export const SYSTEMD: NoticeTable = {
  words: /\.service|\.scope|\.slice|code=|\(Result:/,
  rows: [
    {
      teller: 'systemd',
      pattern: new RegExp(
        `${UNIT}(?:[Mm]ain|Control) process exited, code=(exited|killed|dumped),? status=(\\d+)(?:/(\\w+))?`,
      ),
      read: ([, name, how, status, word]) => {
        const code = Number(status);
        if (how !== 'exited') return { signal: signalName(status!), name };
        return code >= 200 && word !== undefined && word !== 'n'
          ? { told: startFailure(code, word), code, name }
          : { code, name };
      },
      example: 'shop.service: Main process exited, code=killed, status=11/SEGV',
      answer: 'Native code crashed: SIGSEGV',
    },
    {
      teller: 'systemd',
      pattern: new RegExp(`${UNIT}A process of this unit has been killed by the OOM killer`),
      read: ([, name]) => ({
        told: { label: 'out-of-memory', statement: `the OOM killer ended a process of ${name}` },
        name,
      }),
      example: 'shop.service: A process of this unit has been killed by the OOM killer.',
      answer: 'Out of memory: the OOM killer ended a process of shop.service',
    },
    {
      teller: 'systemd',
      pattern: new RegExp(
        `${UNIT}(?:Failed with result '|Unit entered failed state.*')(oom-kill|timeout|watchdog|start-limit-hit|resources)'`,
      ),
      read: ([, name, result]) => ({ ...resultOf(result!, name!), name }),
      example: "shop.service: Failed with result 'oom-kill'.",
      answer: 'Out of memory: the OOM killer ended shop.service',
    },
    {
      teller: 'systemd',
      pattern: new RegExp(`${UNIT}systemd-oomd killed \\d+ process`),
      read: ([, name]) => ({
        told: { label: 'out-of-memory', statement: `systemd-oomd ended ${name} because of memory pressure` },
        name,
      }),
      example: 'shop.service: systemd-oomd killed 3 process(es) in this unit.',
      answer: 'Out of memory: systemd-oomd ended shop.service because of memory pressure',
    },
    {
      teller: 'systemd',
      pattern: /^Killed (\S{1,300}\.(?:service|scope|slice)) due to memory (?:pressure|used)/,
      read: ([, path]) => ({
        told: {
          label: 'out-of-memory',
          statement: `systemd-oomd ended ${path!.split('/').at(-1)} because of memory pressure`,
        },
        name: path!.split('/').at(-1),
      }),
      example:
        'Killed /system.slice/shop.service due to memory pressure for /system.slice being 81.20% > 60.00%',
      answer: 'Out of memory: systemd-oomd ended shop.service because of memory pressure',
    },
    {
      teller: 'systemd',
      pattern: new RegExp(`${UNIT}State '?[\\w-]+'? timed out\\. (?:Killing|Terminating)`),
      read: ([, name]) => ({
        told: {
          label: 'grace-period',
          statement: `it was asked to stop and had not ended after TimeoutStopSec of ${name}, so systemd killed it`,
        },
        name,
      }),
      example: "shop.service: State 'stop-sigterm' timed out. Killing.",
      answer:
        'Terminated from outside: it was asked to stop and had not ended after TimeoutStopSec of shop.service, so systemd killed it',
    },
    {
      teller: 'systemd',
      pattern: new RegExp(`${UNIT}Watchdog timeout \\(limit (\\w+)\\)`),
      read: ([, name, limit]) => ({
        told: {
          label: 'timeout',
          statement: `${name} did not call its watchdog for ${limit}, so systemd killed it`,
        },
        name,
      }),
      example: 'shop.service: Watchdog timeout (limit 30s)!',
      answer: 'Terminated from outside: shop.service did not call its watchdog for 30s, so systemd killed it',
    },
    {
      teller: 'systemd',
      pattern: new RegExp(
        `${UNIT}(?:Start request repeated too quickly|Scheduled restart job, restart counter is at \\d+)`,
      ),
      read: ([, name]) => ({
        told: { label: 'restart-loop', statement: `systemd keeps restarting ${name}` },
        name,
        weight: 'echo',
      }),
      example: 'shop.service: Start request repeated too quickly.',
      answer: 'Restart loop: systemd keeps restarting shop.service',
    },
    {
      teller: 'systemd',
      pattern: new RegExp(`${UNIT}(?:Deactivated successfully|Succeeded)\\.$`),
      read: ([, name]) => ({ code: 0, name }),
      example: 'shop.service: Deactivated successfully.',
      answer: '',
    },
    {
      teller: 'systemctl status',
      pattern:
        /^\s*(?:Active: failed|Active: activating \(auto-restart\)) ?\(Result: (oom-kill|timeout|watchdog|resources|start-limit-hit|signal|exit-code|core-dump)\)/,
      read: ([, result]) => resultOf(result!, 'the service'),
      example: '     Active: failed (Result: oom-kill) since Tue 2022-05-17 11:21:17 UTC; 3min ago',
      answer: 'Out of memory: the OOM killer ended the service',
    },
    {
      teller: 'systemctl status',
      pattern:
        /^\s*(?:Main PID|Process): (\d+) .{0,300}\(code=(exited|killed|dumped), (?:status|signal)=(\w+)(?:\/(\w+))?\)/,
      read: ([, pid, how, status, word]) => {
        if (how !== 'exited') return { signal: signalName(status!), pid: Number(pid) };
        const code = Number(status);
        return code >= 200 && word !== undefined
          ? { told: startFailure(code, word), code, pid: Number(pid) }
          : { code, pid: Number(pid) };
      },
      example: '   Main PID: 812 (code=exited, status=203/EXEC)',
      answer: 'It could not start: systemd could not run it: 203/EXEC',
    },
  ],
};

function resultOf(result: string, name: string) {
  switch (result) {
    case 'oom-kill':
      return { told: { label: 'out-of-memory', statement: `the OOM killer ended ${name}` } } as const;
    case 'timeout':
      return {
        told: { label: 'timeout', statement: `${name} took longer to start or stop than systemd allows` },
      } as const;
    case 'watchdog':
      return {
        told: { label: 'timeout', statement: `${name} did not call its watchdog, so systemd killed it` },
      } as const;
    case 'resources':
      return {
        told: {
          label: 'startup-failure',
          statement: `systemd could not prepare ${name}: a file it needs is missing`,
        },
      } as const;
    case 'start-limit-hit':
      return {
        told: { label: 'restart-loop', statement: `systemd keeps restarting ${name}` },
        weight: 'echo',
      } as const;
    default:
      return { code: null, weight: 'echo' } as const;
  }
}
