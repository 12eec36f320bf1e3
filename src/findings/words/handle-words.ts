// Types of handles in words: their common names, and how each is closed.

interface HandleWords {
  one: string;
  many: string;
  advice: string;
}

const WORDS: Record<string, HandleWords> = {
  MESSAGEPORT: {
    one: 'message port',
    many: 'message ports',
    advice:
      'Call close() on one end of each channel when it is no longer needed; a library that opens channels has a release function for that. Or open one channel and use it for all messages.',
  },
  ZLIB: {
    one: 'compression stream',
    many: 'compression streams',
    advice:
      'Destroy the stream on every path, including when its client disconnects: stream.pipeline() does that, pipe() does not.',
  },
  DNSCHANNEL: {
    one: 'DNS resolver',
    many: 'DNS resolvers',
    advice: 'Make one Resolver and share it: each has sockets and tables of its own.',
  },
  ELDHISTOGRAM: {
    one: 'event loop delay histogram',
    many: 'event loop delay histograms',
    advice:
      'Call monitorEventLoopDelay() once for the process, and call disable() on histograms that are no longer needed.',
  },
  HTTP2SESSION: {
    one: 'HTTP/2 session',
    many: 'HTTP/2 sessions',
    advice:
      'Keep one session for each origin and share it, and call close() on sessions that are no longer needed.',
  },
};

/** Of a type that has no words here, its name is said. */
export function handleWords(type: string): HandleWords {
  return (
    WORDS[type] ?? {
      one: `handle of type ${type}`,
      many: `handles of type ${type}`,
      advice: 'Close each one when its owner no longer needs it, or share one.',
    }
  );
}
