// Types of async resources as people call them, in the plural.
import { handleWords } from './handle-words.ts';

const WORDS: Readonly<Record<string, string>> = {
  FILEHANDLE: 'file handles',
  'fs.stream': 'file streams',
  FSEVENTWRAP: 'file watchers',
  GETADDRINFOREQWRAP: 'name lookups',
  HTTPCLIENTREQUEST: 'requests',
  PIPEWRAP: 'pipes',
  PROCESSWRAP: 'child processes',
  PROMISE: 'promises',
  QUERYWRAP: 'DNS queries',
  STATWATCHER: 'file watchers',
  TCPSERVERWRAP: 'servers',
  TCPWRAP: 'sockets',
  Timeout: 'timers',
  UDPWRAP: 'UDP sockets',
  WORKER: 'worker threads',
};

/** "sockets"; of a type that has no word, "handles of type X". */
export function asyncTypeWords(type: string): string {
  return WORDS[type] ?? handleWords(type).many;
}
