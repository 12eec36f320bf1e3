// The command lines that reach into a place, and what is made of the words of those who cannot.
import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { debugCommand } from '../../src/remote/debug-container.ts';
import { explainLink, isProgramMissing } from '../../src/remote/link-errors.ts';
import { likelyNodes } from '../../src/remote/node-paths.ts';
import { quote } from '../../src/remote/shell-quote.ts';
import { execCommand, parseVia } from '../../src/remote/transport.ts';

const command = ['node', '-', 'record', "it's"];

test('kubectl is told context, namespace and container', () => {
  const place = {
    transport: parseVia('kubectl'),
    name: 'shop-1',
    namespace: 'prod',
    context: 'eu',
    container: 'app',
  };
  expect(execCommand(place, command).join(' ')).toBe(
    "kubectl --context eu --namespace prod exec -i shop-1 -c app -- node - record it's",
  );
  expect(debugCommand(place, 'node:24-slim', ['node', '-']).join(' ')).toBe(
    'kubectl --context eu --namespace prod debug -i --quiet pod/shop-1 --image=node:24-slim --target=app --profile=general -- node -',
  );
});

test('an engine may need words before its name, and ssh gets the command as a shell wants it', () => {
  expect(execCommand({ transport: parseVia('sudo podman --runtime runc'), name: 'c' }, command)).toEqual([
    'sudo',
    'podman',
    '--runtime',
    'runc',
    'exec',
    '-i',
    'c',
    ...command,
  ]);
  expect(execCommand({ transport: parseVia('/usr/bin/ssh -p 22'), name: 'me@host' }, command)).toEqual([
    '/usr/bin/ssh',
    '-p',
    '22',
    'me@host',
    '--',
    `node - record 'it'\\''s'`,
  ]);
});

test.each(['', 'telnet', 'kubectlx'])('--via "%s" is refused', (via) => {
  expect(() => parseVia(via)).toThrow(UsageError);
});

test('words are quoted only where a shell would change them', () => {
  expect(['a-b', 'a b', '$(x)', "a'b", ''].map(quote)).toEqual(['a-b', "'a b'", "'$(x)'", `'a'\\''b'`, "''"]);
});

test.each([
  [
    'OCI runtime exec failed: exec failed: unable to start container process: exec: "node": executable file not found in $PATH: unknown',
    true,
  ],
  [
    'Error: crun: executable file `node` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found',
    true,
  ],
  [
    'error: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "x": OCI runtime exec failed: exec failed: unable to start container process: exec: "/nodejs/bin/node": stat /nodejs/bin/node: no such file or directory: unknown',
    true,
  ],
  ['bash: line 1: node: command not found', true],
  ['node: bad option: --x', false],
  ['Error from server (NotFound): pods "node" not found', false],
])('%s: a missing program is told from other failures', (stderr, isMissing) => {
  expect(isProgramMissing(stderr)).toBe(isMissing);
});

test.each([
  ['Error from server (NotFound): pods "shop-2" not found', 'There is no pod "shop-2".'],
  [
    'Error from server (Forbidden): pods "x" is forbidden: User "jane" cannot create resource "pods/exec" in API group "" in the namespace "prod"',
    'Permission denied for pod "shop-2" (no right to pods/exec).',
  ],
  ['Error from server (NotFound): namespaces "nope" not found', 'There is no namespace "nope".'],
  ['error: context "nope" does not exist', 'There is no context "nope".'],
  [
    'Error in configuration: context was not found for specified context: nope',
    'There is no context "nope".',
  ],
  [
    'Unable to connect to the server: dial tcp: lookup k8s.example: no such host',
    'Cannot reach pod "shop-2".',
  ],
  [
    'error: You must be logged in to the server (Unauthorized)',
    'You are not logged in to the cluster of pod "shop-2".',
  ],
  [
    'Error: can only create exec sessions on running containers: container state improper',
    'Pod "shop-2" is not running.',
  ],
  [
    'node: bad option: --no-sparkplug',
    'The remote Node.js does not support --no-sparkplug: it is older than version 16.',
  ],
  ['something else\n\n', 'kubectl could not run a command in pod "shop-2": something else'],
  ['', 'kubectl could not run a command in pod "shop-2".'],
])('%s', (stderr, message) => {
  const error = explainLink('kubectl', stderr, 'pod "shop-2"');
  expect(error.message).toBe(message);
  expect(error.hint).toMatch(/[.?]$/);
});

test('the Node.js that a container is started with is tried first', () => {
  expect(likelyNodes(['/opt/app/node', 'server.js']).slice(0, 2)).toEqual(['/opt/app/node', 'node']);
  expect(likelyNodes(['/sbin/tini', '--', 'node'])[0]).toBe('node');
  expect(likelyNodes(['node', 'x']).filter((path) => path === 'node')).toHaveLength(1);
});
