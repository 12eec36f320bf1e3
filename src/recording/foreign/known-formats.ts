// Formats of other tools that culprit does not read: each with the tool that does, in one sentence.
import { isObject, listIn, textIn } from '../../model/decode/unknown-json.ts';

export interface OtherFormat {
  /** "a profile of pprof": what is said of the file. */
  name: string;
  /** What reads it; the file stands for `FILE`. */
  cure: string;
}

/** What JSON it is; null for what nobody knows. */
export function otherJson(content: unknown): OtherFormat | null {
  return JSON_FORMATS.find(({ is }) => is(content)) ?? null;
}

/** What a file is that holds no JSON; null for what nobody knows. */
export function otherFile({ bytes, text }: { bytes: Uint8Array; text: string }): OtherFormat | null {
  const start = text.slice(0, 100_000);
  return FILE_FORMATS.find(({ is }) => is(start, bytes)) ?? null;
}

const isEvents = (content: unknown, has: (event: Record<string, unknown>) => boolean) =>
  (Array.isArray(content) ? content : listIn(content, 'traceEvents')).some(
    (event) => isObject(event) && has(event),
  );

const JSON_FORMATS: readonly (OtherFormat & { is(content: unknown): boolean })[] = [
  {
    name: 'a profile in the format of speedscope',
    cure: 'Open it on https://www.speedscope.app, or give culprit the profile that it was made from.',
    is: (content) =>
      /speedscope/.test(textIn(content, '$schema')) || /speedscope/.test(textIn(content, 'exporter')),
  },
  {
    name: 'a trace of the TypeScript compiler (--generateTrace)',
    cure: 'Read its folder with `npx @typescript/analyze-trace DIR`; a CPU profile of the compiler comes from `tsc --generateCpuProfile`.',
    is: (content) =>
      isEvents(content, ({ cat }) => cat === 'checkTypes' || cat === 'program') || isTypes(content),
  },
  {
    name: 'a trace without a CPU profile',
    cure: 'Open it on https://ui.perfetto.dev; to have JavaScript sampled, record with the category v8.cpu_profiler, or in DevTools’ Performance panel.',
    is: (content) => isEvents(content, ({ ph }) => typeof ph === 'string'),
  },
  {
    name: 'a profile of React’s components',
    cure: 'Load it in the Profiler of React DevTools.',
    is: (content) => listIn(content, 'dataForRoots').length > 0,
  },
  {
    name: 'a log in the HAR format',
    cure: 'Import it in the Network panel of DevTools.',
    is: (content) => isObject(content) && listIn(content.log, 'entries').length > 0,
  },
];

/** types.json of the same trace. */
function isTypes(content: unknown): boolean {
  const first = Array.isArray(content) ? content[0] : undefined;
  return isObject(first) && typeof first.id === 'number' && Array.isArray(first.flags);
}

const FILE_FORMATS: readonly (OtherFormat & { is(start: string, bytes: Uint8Array): boolean })[] = [
  {
    name: 'a log of `node --prof`',
    cure: 'Read it with `node --prof-process FILE`; with `--preprocess -j`, speedscope reads the result.',
    is: (start) => /^(v8-version|shared-library|v8-platform|code-creation),/.test(start),
  },
  {
    name: 'a profile in the format of pprof',
    cure: 'Read it with `go tool pprof -top FILE`, or open it on https://www.speedscope.app.',
    // Its first field, a sample type, is a short message of two small numbers.
    is: (_, bytes) => bytes[0] === 0x0a && bytes[1]! < 0x10 && bytes[2] === 0x08,
  },
  {
    name: 'output of `perf script`',
    cure: 'Open it on https://www.speedscope.app or https://profiler.firefox.com.',
    is: (start) => /^\S.*\s\d+(\/\d+)?\s+(\[\d+\]\s+)?\d+\.\d+:\s.*\n\s+[0-9a-f]{6,16} /m.test(start),
  },
  {
    name: 'a list of collapsed stacks',
    cure: 'Draw it with `flamegraph.pl FILE`, or open it on https://www.speedscope.app.',
    is: (start) => /^[^\n{[]+;[^\n]+ \d+\n[^\n]+ \d+\n/.test(start),
  },
  {
    name: 'a report of `perf record`',
    cure: 'Turn it into text with `perf script -i FILE`, and open that on https://www.speedscope.app.',
    is: (start) => start.startsWith('PERFILE2'),
  },
  {
    name: 'a coredump or a program',
    cure: 'A core dump of Node.js is read by llnode.',
    is: (_, bytes) => bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46,
  },
];
