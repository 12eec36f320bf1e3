// Decoding lines of a recording in a test: no source maps, the working directory /app, unless told otherwise.
import { createFrameResolver, type RawSources } from '../../src/model/decode/frame-resolver.ts';
import { decodeLines, type SampleLine } from '../../src/signals/lines.ts';
import { CWD, NO_SOURCES, OWN_URL } from './build-profile.ts';

export type LineOf<T extends SampleLine['type']> = Extract<SampleLine, { type: T }>;

export function decode(lines: SampleLine[], sources: RawSources = NO_SOURCES) {
  return decodeLines(lines, {
    resolver: createFrameResolver(sources, CWD),
    sources,
    ownUrl: OWN_URL,
    ownFds: 0,
  });
}
