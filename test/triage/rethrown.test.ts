// Errors that a package threw itself: said with the package, and with what takes such an error.
import { describe, expect, test } from 'vitest';
import { triageText } from './triage-text.ts';

describe('an error that a package threw because nobody took it', () => {
  const thrown = (source: string, ...stack: string[]) =>
    [
      '/app/node_modules/gateway/lib/index.js:120',
      `    ${source}`,
      '    ^',
      '',
      'Error: connect ECONNREFUSED 10.0.0.7:9',
      ...stack.map((frame) => `    at ${frame}`),
      '    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16) {',
      "  code: 'ECONNREFUSED'",
      '}',
      '',
      'Node.js v22.0.0',
      '',
    ].join('\n');

  test('is said with the package and its line, and what takes it', async () => {
    const [finding] = (await triageText(thrown('throw err;'))).findings;
    expect(finding!.evidence).toContainEqual({
      source: 'log',
      statement:
        'gateway threw it (node_modules/gateway/lib/index.js:120), as packages do when nothing handles an error',
    });
    expect(finding!.advice[0]).toMatch(/^Handle the errors of gateway where you create its object/);
  });

  test.each([
    ['that the application called for', thrown('throw err;', 'start (/app/src/start.js:3:1)')],
    ['that the package made itself', thrown('throw new Error("no target");')],
  ])('is not one %s', async (_, log) => {
    const [finding] = (await triageText(log)).findings;
    expect(JSON.stringify(finding)).not.toContain('threw it');
  });
});
