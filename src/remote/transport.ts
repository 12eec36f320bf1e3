// The ways to run a command where the target is: kubectl, a container engine's exec, or ssh. Each is the program on the PATH
// and the arguments it needs; culprit uses no other interface of them.

import { UsageError } from '../errors.ts';
import { quote } from './shell-quote.ts';

export type Engine = 'kubectl' | 'podman' | 'docker' | 'nerdctl' | 'crictl' | 'ssh';
const ENGINES: readonly Engine[] = ['kubectl', 'podman', 'docker', 'nerdctl', 'crictl', 'ssh'];

/** A program with the words that come first: "sudo podman", "ssh -p 2222". */
export interface Transport {
  engine: Engine;
  words: string[];
}

/** Where a command is to run: words of the engine before and after `exec`. */
export interface Place {
  transport: Transport;
  /** Pod, container or host, as it was found. */
  name: string;
  /** For kubectl. */
  namespace?: string;
  context?: string;
  container?: string;
}

/** Reads --via. Throws UsageError for a program whose words we do not know. */
export function parseVia(via: string): Transport {
  const words = via.trim().split(/\s+/);
  const engine = ENGINES.find((known) => words.some((word) => word === known || word.endsWith(`/${known}`)));
  if (!engine)
    throw new UsageError(
      `--via "${via}" is not a supported transport.`,
      `Use one of ${ENGINES.join(', ')}, with a prefix or arguments if needed: --via "sudo podman".`,
    );
  return { engine, words };
}

/** Words that say which cluster and namespace. */
export function kubectlWords({ transport, context, namespace }: Omit<Place, 'name'>): string[] {
  return [
    ...transport.words,
    ...(context === undefined ? [] : ['--context', context]),
    ...(namespace === undefined ? [] : ['--namespace', namespace]),
  ];
}

/** The whole command line that runs `command` at `place` with our standard input as its own. */
export function execCommand(place: Place, command: readonly string[]): string[] {
  const { transport, name, container } = place;
  switch (transport.engine) {
    case 'kubectl':
      return [
        ...kubectlWords(place),
        'exec',
        '-i',
        name,
        ...(container === undefined ? [] : ['-c', container]),
        '--',
        ...command,
      ];
    case 'ssh':
      // What ssh is given goes through a shell at the other end.
      return [...transport.words, name, '--', command.map(quote).join(' ')];
    default:
      return [...transport.words, 'exec', '-i', name, ...command];
  }
}
