// Reports, findings and CPU profiles built in code: start from a complete one, override what a test is about.
import { type CpuProfile, SAMPLE_STATES, type SampleState } from '../../src/model/cpu-profile.ts';
import type { DiagnosisReport, Finding } from '../../src/model/finding.ts';
import type { Frame } from '../../src/model/frame.ts';
import type { RetainerPath } from '../../src/model/heap/heap-report.ts';
import { reportWarning } from '../../src/report/warnings.ts';

/** Markup, escape codes, a line break and a bidi override in one name. */
export const HOSTILE_NAME =
  '</script><script>alert(1)</script>\x1b[31m\n\u202e<!--<img src=x onerror=alert(2)>';

export function buildFinding(overrides: Partial<Finding> = {}): Finding {
  return {
    rank: 1,
    kind: 'heap-leak',
    fingerprint: 'c0ffee12',
    severity: 'critical',
    confidence: 0.93,
    score: 87.2,
    title: 'Map `sessions` grows by 1,240 entries/s and is never trimmed (src/session.ts:12, remember)',
    subject: {
      type: 'collection',
      name: 'sessions',
      function: 'remember',
      file: 'src/session.ts',
      line: 12,
      column: 3,
      package: null,
      thread: 0,
    },
    impact: {
      metric: 'heap',
      value: 1258291,
      unit: 'bytes/s',
      share: 0.81,
      exhaustionSeconds: 410,
      limit: 'heap limit 256 MB',
    },
    evidence: [
      {
        source: 'heap-sampling',
        statement: 'live bytes allocated at remember rose in 9 of 9 intervals',
        value: 1258291,
        unit: 'bytes/s',
      },
      { source: 'gc', statement: 'the heap after a full GC rose from 31 MB to 67 MB' },
    ],
    symptoms: ['fd-growth: sockets to 127.0.0.1:5432 +3.1/s'],
    innocentExplanation: 'A cache still filling would flatten; the slope did not fall over 60 s.',
    advice: ['Bound the map (an LRU with a maximum), or delete entries when the session ends.'],
    caveats: ['Only 30 s were seen; a cache with a longer life would look the same.'],
    ...overrides,
  };
}

/** Who holds the collection of `buildFinding`, as a heap snapshot had it: through a closure, a chain and an entry. */
export function buildRetainerPath(overrides: Partial<RetainerPath> = {}): RetainerPath {
  const step = { name: '', place: null, repeats: 1, isSuspect: false };
  const place = (file: string, line: number) => ({
    script: `/app/${file}`,
    file,
    line,
    column: 3,
    variable: null,
    isDeclaration: true,
  });
  return {
    owner: {
      kind: 'module-variable',
      name: 'registry',
      className: 'Registry',
      place: place('src/registry.ts', 7),
    },
    steps: [
      { ...step, kind: 'property', name: 'tenants', className: 'Map' },
      { ...step, kind: 'entry', className: 'Tenant' },
      {
        ...step,
        kind: 'listener',
        name: 'reload',
        className: 'function onReload',
        place: place('src/tenant.ts', 41),
      },
      { ...step, kind: 'variable', name: 'tail', className: 'Node', place: place('src/queue.ts', 9) },
      { ...step, kind: 'property', name: 'next', className: 'Node', repeats: 300 },
      {
        ...step,
        kind: 'suspended-call',
        name: 'pump',
        className: 'Promise',
        place: place('src/pump.ts', 88),
      },
      { ...step, kind: 'reaction', className: 'function settle' },
      { ...step, kind: 'property', name: 'sessions', className: 'Map', isSuspect: true },
    ],
    ...overrides,
  };
}

/** A second, smaller cause: CPU in a library frame. */
export function buildHotspot(overrides: Partial<Finding> = {}): Finding {
  return buildFinding({
    rank: 2,
    kind: 'cpu-hotspot',
    fingerprint: 'beef0042',
    severity: 'warning',
    confidence: 0.7,
    score: 40,
    title: 'parse takes 38% of busy CPU time, called from handleOrder (src/orders.ts:42)',
    subject: {
      type: 'function',
      name: 'handleOrder',
      function: 'handleOrder',
      file: 'src/orders.ts',
      line: 42,
      column: null,
      package: null,
      thread: 2,
    },
    impact: { metric: 'cpu', value: 0.38, unit: 'share' },
    evidence: [
      { source: 'cpu-profile', statement: '3,412 of 8,980 busy samples', value: 0.38, unit: 'share' },
    ],
    symptoms: [],
    innocentExplanation: '',
    advice: ['Parse once and keep the result.'],
    caveats: [],
    ...overrides,
  });
}

export function buildReport(overrides: Partial<DiagnosisReport> = {}): DiagnosisReport {
  return {
    kind: 'diagnosis',
    schemaVersion: 2,
    tool: { name: 'culprit', version: '0.1.0' },
    target: {
      pid: 4242,
      nodeVersion: 'v22.11.0',
      title: 'node server.js',
      uptimeSeconds: 5123,
      threads: [
        { id: 0, name: 'main' },
        { id: 2, name: 'mailer' },
      ],
      container: { memoryLimitBytes: 268435456, cpuQuotaCores: 0.5, pidsLimit: 100 },
    },
    capture: {
      startedAt: '2026-11-20T10:00:00.000Z',
      durationMillis: 30000,
      steps: ['passive', 'light', 'burst'],
      files: [{ kind: 'cpu-profile', thread: 0, path: 'main.cpuprofile' }],
      overhead: {
        pausesMillis: [12.1, 8.4],
        eventLoopDelayBeforeMillis: 1.1,
        eventLoopDelayDuringMillis: 1.2,
        ownFds: 6,
      },
      restored: true,
      warnings: [reportWarning({ code: 'trace-not-started', reason: 'tracing is in use' })],
    },
    verdict: 'findings',
    verdictReason: 'The heap grows without a limit and one function takes a third of the CPU.',
    findings: [buildFinding(), buildHotspot()],
    notApplicable: [
      { kind: 'gc-pressure', reason: 'fewer than 5 collections in the interval' },
      { kind: 'cpu-throttled', reason: 'no CPU quota is set' },
    ],
    warnings: [reportWarning({ code: 'samples-damaged', lines: 3 })],
    ...overrides,
  };
}

export function buildFrame(functionName: string, place: Partial<Frame> = {}): Frame {
  return { functionName, file: null, line: null, column: null, owner: 'app', package: null, ...place };
}

export interface StackSample {
  /** Outermost first; empty for a state of V8. */
  frames: Frame[];
  micros: number;
  state?: SampleState;
}

/** A profile whose call tree is what the samples say, below V8's "(root)". */
export function buildCpuProfile(stacks: StackSample[], overrides: Partial<CpuProfile> = {}): CpuProfile {
  const nodes: CpuProfile['nodes'] = [];
  const frames: Frame[] = [];
  const child = (parent: number, frame: Frame): number => {
    const found = nodes.find((node) => node.parent === parent && node.frame === frame);
    if (found !== undefined) return found.index;
    const index = nodes.length;
    const frameNumber = frames.push(frame) - 1;
    nodes.push({ index, parent, frame, frameNumber, selfMicros: 0, totalMicros: 0, lineTicks: new Map() });
    return index;
  };
  const root = child(-1, buildFrame('(root)', { owner: 'native' }));
  const leaves = stacks.map(({ frames }) => frames.reduce(child, root));
  const micros = stacks.map((stack) => stack.micros);
  const starts = micros.map((_, index) => micros.slice(0, index).reduce((sum, value) => sum + value, 0));
  return {
    thread: 0,
    threadName: 'main',
    durationMicros: micros.reduce((sum, value) => sum + value, 0),
    intervalMicros: 1000,
    nodes,
    frames,
    samples: {
      node: Int32Array.from(leaves),
      state: Uint8Array.from(stacks.map(({ state = 'code' }) => SAMPLE_STATES.indexOf(state))),
      startMicros: Float64Array.from(starts),
      micros: Float64Array.from(micros),
    },
    ...overrides,
  };
}
