// What npm, yarn, pnpm, Bun and build runners say when a script fails. Nested scripts are told by each of them.
import { CODE, codeIn, type NoticeTable } from './notice.ts';

export const PACKAGE_MANAGERS: NoticeTable = {
  words: /npm |\d error |ELIFECYCLE|ERR_PNPM|error Command|error: script|errored|exited \(|Done in/,
  rows: [
    {
      teller: 'npm',
      pattern: new RegExp(`^npm (?:ERR!|error) (?:code|errno|Exit status) ${CODE}$`),
      read: ([, code]) => ({ code: codeIn(code) }),
      example: 'npm ERR! errno 134',
      answer: 'Native code crashed: SIGABRT',
    },
    {
      teller: 'npm',
      pattern: new RegExp(`^\\d{1,6} error (?:code|errno|Exit status) ${CODE}$`),
      read: ([, code]) => ({ code: codeIn(code) }),
      example: '21 error errno 137',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'npm',
      pattern: /^(?:npm (?:ERR!|error)|\d{1,6} error) code ELIFECYCLE$/,
      read: () => ({ code: null }),
      example: 'npm ERR! code ELIFECYCLE',
      answer: 'It ended with an unknown exit code, and nothing in the log says why',
    },
    {
      teller: 'npm',
      pattern: /^(?:npm (?:ERR!|error)|\d{1,6} error) signal (SIG[A-Z]+)$/,
      read: ([, signal]) => ({ signal: signal! }),
      example: 'npm error signal SIGTERM',
      answer: 'Terminated from outside by SIGTERM',
    },
    {
      teller: 'pnpm',
      pattern: new RegExp(
        String.raw`^\s*(?:ELIFECYCLE|ERR_PNPM\S*)\s+(?:Command failed|\S.{0,200}?: \`.{0,200}\`)(?:.? ?(?:with )?[Ee]xit (?:code|status) ${CODE})?`,
      ),
      read: ([, code]) => ({ code: codeIn(code) }),
      example: ' ELIFECYCLE  Command failed with exit code 137.',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'yarn',
      pattern: new RegExp(`^error Command failed with exit code ${CODE}\\.$`),
      read: ([, code]) => ({ code: codeIn(code) }),
      example: 'error Command failed with exit code 137.',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'yarn',
      pattern: /^error Command failed with signal "(SIG[A-Z]+)"\.$/,
      read: ([, signal]) => ({ signal: signal! }),
      example: 'error Command failed with signal "SIGABRT".',
      answer: 'Native code crashed: SIGABRT',
    },
    {
      teller: 'Bun',
      pattern: new RegExp(
        `^error: script "[^"]{1,100}" (?:exited with code ${CODE}|was terminated by signal (SIG[A-Z]+)(?: \\(.*\\))?)$`,
      ),
      read: ([, code, signal]) => (signal ? { signal } : { code: codeIn(code) }),
      example: 'error: script "start" was terminated by signal SIGKILL (Forced quit)',
      answer: 'Terminated from outside by SIGKILL',
    },
    {
      teller: 'Turborepo',
      pattern: /^\s*(?:ERROR:? +)?\S{1,100}#\S{1,60}: command .{1,300} exited \((\d{1,3})\)$/,
      read: ([, code]) => ({ code: Number(code) }),
      example: 'web#build: command (/app/web) npm run build exited (137)',
      answer: 'Terminated from outside by SIGKILL',
    },
  ],
};
