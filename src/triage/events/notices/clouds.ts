// What hosting platforms say of a program: Heroku, AWS Lambda and ECS, Cloud Run and Functions, Nomad, Render, Azure.
import { formatBytes } from '../../../units/units.ts';
import { signalName } from '../../ends/ending.ts';
import { bytesIn, CODE, codeIn, type NoticeTable } from './notice.ts';

const outOfMemory = (statement: string) => ({ told: { label: 'container-oom', statement } }) as const;
const tooLate = (statement: string) => ({ told: { label: 'timeout', statement } }) as const;
const notStarted = (statement: string) => ({ told: { label: 'startup-failure', statement } }) as const;
const amount = (number: string, unit: string) => formatBytes(bytesIn(number, unit));

const HEROKU: NoticeTable = {
  words: /Error [RH]\d\d|code=H\d\d|State changed/,
  rows: [
    {
      teller: 'Heroku',
      pattern: /\bError R15 \(Memory quota vastly exceeded\)/,
      read: () => outOfMemory('Heroku ended the dyno for using more than twice its memory quota (R15)'),
      example: 'Error R15 (Memory quota vastly exceeded)',
      answer: 'Out of memory: Heroku ended the dyno for using more than twice its memory quota (R15)',
    },
    {
      teller: 'Heroku',
      pattern: /\bError R14 \(Memory quota exceeded\)/,
      read: () => ({
        ...outOfMemory('Heroku says that the dyno used more memory than its quota (R14)'),
        weight: 'hint',
      }),
      example: 'Error R14 (Memory quota exceeded)',
      answer: '',
    },
    {
      teller: 'Heroku',
      pattern: /\bError R10 \(Boot timeout\)/,
      read: () => notStarted('the web process did not listen on $PORT within 60 seconds (Heroku R10)'),
      example: 'Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch',
      answer: 'It could not start: the web process did not listen on $PORT within 60 seconds (Heroku R10)',
    },
    {
      teller: 'Heroku',
      pattern: /\bError R12 \(Exit timeout\)/,
      read: () => ({
        told: {
          label: 'grace-period',
          statement: 'it was asked to stop and had not ended after 30 seconds, so Heroku killed it (R12)',
        },
      }),
      example: 'Error R12 (Exit timeout) -> At least one process failed to exit within 30 seconds of SIGTERM',
      answer:
        'Terminated from outside: it was asked to stop and had not ended after 30 seconds, so Heroku killed it (R12)',
    },
    {
      teller: 'Heroku',
      pattern: /\b(?:at=error code=|Error )(H10|H20)\b(?: desc="| \()/,
      read: ([, code]) => ({
        ...(code === 'H20'
          ? notStarted('the web process did not listen on $PORT in time (Heroku H20)')
          : {
              told: {
                label: 'restart-loop',
                statement: 'Heroku answers requests with H10: the web dyno crashed earlier',
              },
            }),
        weight: 'echo',
      }),
      example: 'at=error code=H10 desc="App crashed" method=GET path="/" host=shop.example dyno= status=503',
      answer: 'Restart loop: Heroku answers requests with H10: the web dyno crashed earlier',
    },
    {
      teller: 'Heroku',
      pattern: /^State changed from (?:up|starting) to crashed$/,
      read: () => ({ code: null, weight: 'echo' }),
      example: 'State changed from up to crashed',
      answer: 'It ended with an unknown exit code, and nothing in the log says why',
    },
  ],
};

/** Each request is a life of its own. */
const REQUEST = '^.{0,60}?(?:RequestId: ([0-9a-f-]{6,40}))?';

const LAMBDA: NoticeTable = {
  words: /Runtime|timed out|Timedout|Extension|Process exited before/,
  rows: [
    {
      teller: 'AWS Lambda',
      pattern: new RegExp(
        `${REQUEST}.{0,80}?(?:\\bRuntime exited with error: signal: killed\\b|\\bRuntime\\.OutOfMemory\\b)`,
      ),
      read: ([, name]) => ({
        ...outOfMemory('AWS Lambda killed the function (signal: killed): it used up the memory it was given'),
        name,
      }),
      example: 'RequestId: 0a1b-2c Error: Runtime exited with error: signal: killed',
      answer:
        'Out of memory: AWS Lambda killed the function (signal: killed): it used up the memory it was given',
    },
    {
      teller: 'AWS Lambda',
      pattern: new RegExp(
        `${REQUEST}.{0,80}?\\bRuntime exited with error: (?:exit status (\\d{1,3})|signal: ([a-z ]+))`,
      ),
      read: ([, name, code, words]) =>
        words === undefined
          ? { code: Number(code), name }
          : { name, signal: /segm/.test(words) ? 'SIGSEGV' : /abort/.test(words) ? 'SIGABRT' : 'SIGTERM' },
      example: 'RequestId: 0a1b-2c Error: Runtime exited with error: exit status 129',
      answer: 'Terminated from outside by SIGHUP',
    },
    {
      teller: 'AWS Lambda',
      pattern:
        /\bRuntime exited without providing a reason\b|^(?:RequestId: \S+ )?Process exited before completing request/,
      read: () => ({ code: null }),
      example: 'RequestId: 0a1b-2c Error: Runtime exited without providing a reason',
      answer: 'It ended with an unknown exit code, and nothing in the log says why',
    },
    {
      teller: 'AWS Lambda',
      pattern:
        /^(?:\S{1,60}\s+)?(?:RequestId: )?([0-9a-f-]{6,40})\s+(?:Error: )?Task timed out after ([\d.]+) seconds/,
      read: ([, name, seconds]) => ({
        ...tooLate(`AWS Lambda ended the function after ${Number(seconds)} s, its timeout`),
        name,
      }),
      example: '2026-01-02T10:00:03.006Z 0a1b2c3d-4e5f Task timed out after 3.00 seconds',
      answer: 'Terminated from outside: AWS Lambda ended the function after 3 s, its timeout',
    },
  ],
};

const GOOGLE: NoticeTable = {
  words:
    /[Mm]emory limit|[Cc]ontainer|Uncaught signal|too much memory|finished with status|PROBE|probe|soft memory/,
  rows: [
    {
      teller: 'Google Cloud',
      pattern:
        /\b(?:Memory limit of|Exceeded (?:soft|hard) memory limit of) ([\d.]+) ?(\w+) (?:exceeded with|with) ([\d.]+) ?(\w+) (?:used|after)\b/,
      read: ([, limit, unit, used, usedUnit]) =>
        outOfMemory(
          `Google Cloud ended the instance for using too much memory: ${amount(used!, usedUnit!)} in use, the limit is ${amount(limit!, unit!)}`,
        ),
      example: 'Memory limit of 512 MiB exceeded with 530 MiB used. Consider increasing the memory limit',
      answer:
        'Out of memory: Google Cloud ended the instance for using too much memory: 530 MB in use, the limit is 512 MB',
    },
    {
      teller: 'Google Cloud',
      pattern:
        /\bcontainer instance was found to be using too much memory and was terminated|The configured memory limit was reached/,
      read: () => outOfMemory('Google Cloud ended the instance for using too much memory'),
      example:
        'While handling this request, the container instance was found to be using too much memory and was terminated.',
      answer: 'Out of memory: Google Cloud ended the instance for using too much memory',
    },
    {
      teller: 'Google Cloud',
      pattern: /^(?:\w+ )?Container called exit\((\d{1,3})\)\.?$/,
      read: ([, code]) => ({ code: Number(code) }),
      example: 'Container called exit(1).',
      answer: 'It ended with exit code 1, and nothing in the log says why',
    },
    {
      teller: 'Google Cloud',
      pattern: /^(?:\w+ )?Container terminated on signal (\d{1,2})\.?$/,
      read: ([, number]) => ({ signal: signalName(number!) }),
      example: 'Container terminated on signal 9.',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'gVisor',
      pattern: /^(?:\w+ )?Uncaught signal: (\d{1,2}), pid=\d+/,
      read: ([, number]) => ({ signal: signalName(number!) }),
      example: 'Uncaught signal: 6, pid=1, tid=1, fault_addr=0.',
      answer: 'Native code crashed: SIGABRT',
    },
    {
      teller: 'Google Cloud',
      pattern: /\bfinished with status: '?(crash|timeout|connection error|out of memory)'?/,
      read: ([, status]) =>
        status === 'timeout'
          ? tooLate('Google Cloud ended the function after its timeout')
          : status === 'out of memory'
            ? outOfMemory('Google Cloud ended the function for using too much memory')
            : { code: null, weight: 'echo' },
      example: "Function execution took 60002 ms, finished with status: 'timeout'",
      answer: 'Terminated from outside: Google Cloud ended the function after its timeout',
    },
    {
      teller: 'Google Cloud',
      pattern:
        /\b[Ff]ailed to start and (?:then )?listen on the port\b|\bSTARTUP \w+ probe failed \d+ times? consecutively for container/,
      read: () => notStarted('the container did not listen on $PORT in the time that Cloud Run allows'),
      example:
        'Default STARTUP TCP probe failed 1 time consecutively for container "shop" on port 8080. The instance was not started.',
      answer: 'It could not start: the container did not listen on $PORT in the time that Cloud Run allows',
    },
  ],
};

const OTHERS: NoticeTable = {
  words:
    /OutOfMemoryError|ssential container|ResourceInitialization|CannotPull|ELB health|Exit Code|OOM Killed|Not Restarting|out of memory|HTTP pings/,
  rows: [
    {
      teller: 'ECS',
      pattern: /\bOutOfMemoryError: [Cc]ontainer killed due to memory/,
      read: () => outOfMemory('ECS says OutOfMemoryError: the container hit its memory limit'),
      example: '"reason": "OutOfMemoryError: Container killed due to memory usage"',
      answer: 'Out of memory: ECS says OutOfMemoryError: the container hit its memory limit',
    },
    {
      teller: 'ECS',
      pattern:
        /\b(CannotPullContainerError|ResourceInitializationError|CannotStartContainerError): (.{1,200})/,
      read: ([, error, rest]) => notStarted(`ECS says ${error}: ${rest}`),
      example: 'CannotPullContainerError: pull image manifest has been retried 1 time(s)',
      answer:
        'It could not start: ECS says CannotPullContainerError: pull image manifest has been retried 1 time(s)',
    },
    {
      teller: 'ECS',
      pattern: /\bTask failed (?:ELB|container) health checks\b/,
      read: () => ({
        told: {
          label: 'killed-by-probe',
          statement: 'ECS replaced the task because its health check failed',
        },
      }),
      example: 'Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:shop)',
      answer: 'It was killed: ECS replaced the task because its health check failed',
    },
    {
      teller: 'ECS',
      pattern: /\bEssential container in task exited\b/,
      read: () => ({ code: null, weight: 'echo' }),
      example: 'stoppedReason: Essential container in task exited',
      answer: 'It ended with an unknown exit code, and nothing in the log says why',
    },
    {
      teller: 'Nomad',
      pattern: new RegExp(
        `^\\s*(?:Terminated +)?Exit Code: ${CODE}(?:, Signal: (\\d{1,2}))?(?:, Exit Message: "?(.{0,300}?)"?)?$`,
      ),
      read: ([, code, signal, message = '']) => ({
        ...(/OOM|out of memory/i.test(message) &&
          outOfMemory('Nomad says OOM Killed: the task hit its memory limit')),
        code: codeIn(code),
        signal: signal === undefined || signal === '0' ? null : signalName(signal),
      }),
      example: '2026-01-02T10:00:00Z  Terminated       Exit Code: 137, Exit Message: "OOM Killed"',
      answer: 'Out of memory: Nomad says OOM Killed: the task hit its memory limit',
    },
    {
      teller: 'Nomad',
      pattern: /^\s*Not Restarting +(Exceeded allowed attempts .{1,100})/,
      read: ([, words]) => ({
        told: { label: 'restart-loop', statement: `Nomad gave up: ${words}` },
        weight: 'echo',
      }),
      example: 'Not Restarting   Exceeded allowed attempts 2 in interval 30m0s and mode is "fail"',
      answer: 'Restart loop: Nomad gave up: Exceeded allowed attempts 2 in interval 30m0s and mode is "fail"',
    },
    {
      teller: 'Render',
      pattern: /\b[Rr]an out of memory \(used over ([\d.]+) ?(\w+)\)/,
      read: ([, limit, unit]) =>
        outOfMemory(
          `Render ended the instance for using too much memory: the limit is ${amount(limit!, unit!)}`,
        ),
      example: '==> Ran out of memory (used over 512MB) while running your code.',
      answer: 'Out of memory: Render ended the instance for using too much memory: the limit is 512 MB',
    },
    {
      teller: 'Azure',
      pattern: /\bContainer (\S{1,100}) didn't respond to HTTP pings on port: (\d+)/,
      read: ([, name, port]) => ({
        ...notStarted(`the container did not answer on port ${port} in the time that Azure allows`),
        name,
      }),
      example: "Container shop_0 didn't respond to HTTP pings on port: 8080, failing site start.",
      answer: 'It could not start: the container did not answer on port 8080 in the time that Azure allows',
    },
  ],
};

export const CLOUDS: readonly NoticeTable[] = [HEROKU, LAMBDA, GOOGLE, OTHERS];
