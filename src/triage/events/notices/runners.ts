// What CI runners and test runners say of the jobs and workers they start.
import { CODE, codeIn, type NoticeTable } from './notice.ts';

export const RUNNERS: NoticeTable = {
  words:
    /exit code|exit status|exited with|runner|Job failed|Job succeeded|operation was canceled|jest worker|Worker exited|Worker forks|retries were exceeded|execution time|took longer/,
  rows: [
    {
      teller: 'GitHub Actions',
      pattern: new RegExp(
        `^(?:##\\[error\\]|Error: |::error::)?Process completed with exit code ${CODE}\\.?$`,
      ),
      read: ([, code]) => ({ code: codeIn(code) }),
      example: '##[error]Process completed with exit code 137.',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'GitHub Actions',
      pattern: /^(?:##\[error\]|Error: )?The runner has received a shutdown signal\b/,
      read: () => ({
        told: {
          label: 'stopped',
          statement:
            'the runner of GitHub Actions was shut down, by its operator or because it ran out of memory',
        },
      }),
      example:
        '##[error]The runner has received a shutdown signal. This can happen when the runner service is stopped.',
      answer:
        'Terminated from outside: the runner of GitHub Actions was shut down, by its operator or because it ran out of memory',
    },
    {
      teller: 'GitHub Actions',
      pattern:
        /\b[Tt]he job (?:running on runner .{1,80} )?has exceeded the maximum execution time of (.{1,30}?)\.?$/,
      read: ([, limit]) => ({
        told: { label: 'timeout', statement: `GitHub Actions ended the job after ${limit}, its timeout` },
      }),
      example:
        '##[error]The job running on runner GitHub Actions 2 has exceeded the maximum execution time of 360 minutes.',
      answer: 'Terminated from outside: GitHub Actions ended the job after 360 minutes, its timeout',
    },
    {
      teller: 'GitHub Actions',
      pattern: /^(?:##\[error\]|Error: )The operation was canceled\.$/,
      read: () => ({
        told: { label: 'stopped', statement: 'GitHub Actions canceled the job' },
        weight: 'echo',
      }),
      example: '##[error]The operation was canceled.',
      answer: 'Terminated from outside: GitHub Actions canceled the job',
    },
    {
      teller: 'GitHub Actions',
      pattern: /\bself-hosted runner(?:: .{1,80}|) lost communication with the server\b/,
      read: () => ({
        told: {
          label: 'stopped',
          statement: 'GitHub lost the runner: it was out of memory or processor time, or was stopped',
        },
      }),
      example:
        'The self-hosted runner: ci-1 lost communication with the server. Verify the machine is running',
      answer:
        'Terminated from outside: GitHub lost the runner: it was out of memory or processor time, or was stopped',
    },
    {
      teller: 'GitLab',
      pattern: new RegExp(`^ERROR: Job failed: (?:command terminated with )?exit (?:code|status) ${CODE}\\b`),
      read: ([, code]) => ({ code: codeIn(code) }),
      example: 'ERROR: Job failed: command terminated with exit code 137',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'GitLab',
      pattern: /^ERROR: Job failed: execution took longer than (\S{1,30})/,
      read: ([, limit]) => ({
        told: { label: 'timeout', statement: `GitLab ended the job after ${limit}, its timeout` },
      }),
      example: 'ERROR: Job failed: execution took longer than 1h0m0s seconds',
      answer: 'Terminated from outside: GitLab ended the job after 1h0m0s, its timeout',
    },
    {
      teller: 'GitLab',
      pattern: /^ERROR: Job failed \(system failure\): (.{1,200})/,
      read: ([, words]) => ({
        told: { label: 'stopped', statement: `the runner of GitLab failed: ${words}` },
      }),
      example: 'ERROR: Job failed (system failure): pods "runner-1" not found',
      answer: 'Terminated from outside: the runner of GitLab failed: pods "runner-1" not found',
    },
    {
      teller: 'GitLab',
      pattern: /^Job succeeded$/,
      read: () => ({ code: 0 }),
      example: 'Job succeeded',
      answer: '',
    },
    {
      teller: 'Azure Pipelines',
      pattern: new RegExp(
        `^##\\[error\\](?:Bash|PowerShell|Cmd\\.exe|Script|Npm).{0,40} exited with code '?${CODE}'?\\.?$`,
      ),
      read: ([, code]) => ({ code: codeIn(code) }),
      example: "##[error]Bash exited with code '134'.",
      answer: 'Native code crashed: SIGABRT',
    },
    {
      teller: 'CircleCI',
      pattern: new RegExp(`^Exited with code exit status ${CODE}$`),
      read: ([, code]) => ({ code: codeIn(code) }),
      example: 'Exited with code exit status 137',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'Jest',
      pattern:
        /^\s*(?:\S+ )?A jest worker process(?: \(pid=(\d+)\))? was terminated by another process: signal=(SIG[A-Z]+)/,
      read: ([, pid, signal]) => ({ signal: signal!, pid: Number(pid ?? 0) }),
      example:
        '    A jest worker process (pid=812) was terminated by another process: signal=SIGKILL, exitCode=null.',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'Jest',
      pattern: new RegExp(
        String.raw`^\s*(?:\S+ )?A jest worker process(?: \(pid=(\d+)\))? crashed for an unknown reason: exitCode=${CODE}`,
      ),
      read: ([, pid, code]) => ({ code: codeIn(code), pid: Number(pid ?? 0) }),
      example: 'A jest worker process (pid=812) crashed for an unknown reason: exitCode=134',
      answer: 'Native code crashed: SIGABRT',
    },
    {
      teller: 'Jest',
      pattern: new RegExp(
        `^\\s*(?:Error: )?Worker process exited before responding! exit code: (?:${CODE}|null), exit signal: (?:(SIG[A-Z]+)|null)$`,
      ),
      read: ([, code, signal]) => (signal ? { signal } : { code: codeIn(code) }),
      example: 'Error: Worker process exited before responding! exit code: null, exit signal: SIGSEGV',
      answer: 'Native code crashed: SIGSEGV',
    },
    {
      teller: 'Jest',
      pattern:
        /^\s*(?:Error: )?(?:Jest worker encountered|Call retries were exceeded|Jest: a worker process has failed)/,
      read: () => ({ code: null }),
      example: 'Error: Call retries were exceeded',
      answer: 'It ended with an unknown exit code, and nothing in the log says why',
    },
    {
      teller: 'Vitest',
      pattern:
        /^\s*(?:Caused by: )?Error: (?:\[vitest-pool\]: Worker \w+ emitted error|Worker exited unexpectedly)/,
      read: () => ({ code: null }),
      example: 'Error: Worker exited unexpectedly',
      answer: 'It ended with an unknown exit code, and nothing in the log says why',
    },
  ],
};
