// The errors of kubectl, container engines and ssh, as one sentence with what to do. Recognised by the words of their
// messages, which have been the same for years; an unknown message is passed on as it is.
import { AttachError } from '../errors.ts';

interface Known {
  says: RegExp;
  message: (match: RegExpExecArray, name: string) => string;
  cure: string;
}

/** The program asked for is not in the image: another path may be. */
const NO_PROGRAM =
  /executable file (?:`[^`]*` )?not found|stat \S+: no such file or directory|no such file or directory: OCI|exec: "[^"]*": |(?:node|\S*\/node): (?:command )?not found|crun: executable|exec failed.*no such file/i;

export const isProgramMissing = (stderr: string): boolean => NO_PROGRAM.test(stderr);

const RIGHTS =
  'You need the RBAC verbs get on pods and create on pods/exec in that namespace. Check with: kubectl auth can-i create pods/exec.';

const KNOWN: Known[] = [
  {
    says: /cannot (?:get|create|list|patch) resource "([^"]+)"/i,
    message: ([, resource], name) => `Permission denied for ${name} (no right to ${resource}).`,
    cure: RIGHTS,
  },
  {
    says: /\(Forbidden\)|forbidden: User/i,
    message: (_match, name) => `Permission denied for ${name}.`,
    cure: RIGHTS,
  },
  {
    says: /namespaces? "([^"]+)" not found/i,
    message: ([, namespace]) => `There is no namespace "${namespace}".`,
    cure: 'See them with kubectl get namespaces, and give one with -n.',
  },
  {
    says: /context "([^"]+)" does not exist|(?:no context exists with the name:|specified context:) "?([^"\s]+)/i,
    message: ([, a, b]) => `There is no context "${a ?? b}".`,
    cure: 'See them with kubectl config get-contexts.',
  },
  {
    says: /\(NotFound\)|pods? "[^"]+" not found|no such container|no container with name or ID|No such object/i,
    message: (_match, name) => `There is no ${name}.`,
    cure: 'Check the name and the namespace (-n): kubectl get pods, or podman ps.',
  },
  {
    says: /container (?:\S+ )?(?:is )?not (?:valid for pod|found in pod)|container not found \("([^"]+)"\)|container is not running|is not running|can only create exec sessions on running containers|not in running state/i,
    message: (_match, name) => `${name[0]?.toUpperCase()}${name.slice(1)} is not running.`,
    cure: 'It may be restarting. To see why it ended: culprit triage.',
  },
  {
    says: /Unable to connect to the server|connection to the server \S+ was refused|no such host|i\/o timeout|dial tcp|Could not resolve hostname|Connection refused|Connection timed out|No route to host/i,
    message: (_match, name) => `Cannot reach ${name}.`,
    cure: 'Check that the cluster or host is reachable and that --context is the right one.',
  },
  {
    says: /You must be logged in|Unauthorized|provide credentials|token .*expired|Permission denied \(/i,
    message: (_match, name) => `You are not logged in to the cluster of ${name}.`,
    cure: 'Log in again (kubectl config current-context says where), then repeat.',
  },
  {
    says: /Host key verification failed/i,
    message: (_match, name) => `The SSH host key of ${name} is not known yet.`,
    cure: 'Connect once with ssh by hand.',
  },
  {
    says: /bad option: (\S+)/i,
    message: ([, option]) => `The remote Node.js does not support ${option}: it is older than version 16.`,
    cure: 'culprit needs Node.js 16 or newer where the target runs.',
  },
];

/** `name` is what was asked for: "pod shop-7d9f". */
export function explainLink(program: string, stderr: string, name: string): AttachError {
  for (const { says, message, cure } of KNOWN) {
    const match = says.exec(stderr);
    if (match) return new AttachError(message(match, name), cure);
  }
  const words = lastLine(stderr);
  return new AttachError(
    `${program} could not run a command in ${name}${words ? `: ${words}` : '.'}`,
    'Try the command that --dry-run prints.',
  );
}

function lastLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return (lines.at(-1) ?? '').slice(0, 500);
}
