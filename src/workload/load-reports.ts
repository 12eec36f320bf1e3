// The output of load tools, read into one shape. JSON where the tool can write it, otherwise its usual text.
import type { LoadReport } from '../model/comparison/load.ts';
import { parseDuration } from '../units/duration.ts';

/** null: the output is of no tool that is known, and says nothing that could be believed. */
export function readLoadReport(output: string): LoadReport | null {
  for (const value of jsonIn(output)) {
    for (const read of [autocannon, oha, bombardier, k6]) {
      const report = read(value);
      if (report) return report;
    }
  }
  return wrk(output) ?? hey(output) ?? autocannonText(output);
}

type Json = Record<string, unknown>;

/** The whole output, or a line of it, as an object. */
function* jsonIn(output: string): Generator<Json> {
  const whole = output.indexOf('{');
  const candidates = [output.slice(whole < 0 ? output.length : whole), ...output.split('\n')];
  for (const candidate of candidates) {
    if (!candidate.trimStart().startsWith('{')) continue;
    try {
      yield JSON.parse(candidate) as Json;
    } catch {
      // A log line with a brace.
    }
  }
}

const amount = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
const inside = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const sum = (...values: unknown[]): number =>
  values.reduce<number>((total, value) => total + (amount(value) ?? 0), 0);
const times = (value: unknown, factor: number): number | undefined => {
  const known = amount(value);
  // A thousandth of a thousandth is below what any tool measures.
  return known === undefined ? undefined : Number((known * factor).toPrecision(9));
};

/** `autocannon -j`. Latencies in milliseconds. */
function autocannon(value: Json): LoadReport | null {
  const latency = inside(value.latency);
  const requests = inside(value.requests);
  if (amount(latency.p50) === undefined || amount(requests.total) === undefined) return null;
  return {
    tool: 'autocannon',
    requests: amount(requests.total),
    failed: sum(value.errors, value.non2xx),
    requestsPerSecond: amount(requests.average),
    latencyMillis: {
      p50: amount(latency.p50),
      p90: amount(latency.p90),
      p99: amount(latency.p99),
      max: amount(latency.max),
    },
  };
}

/** `oha --output-format json`. Latencies in seconds. */
function oha(value: Json): LoadReport | null {
  const summary = inside(value.summary);
  const percentiles = inside(value.latencyPercentiles);
  const codes = inside(value.statusCodeDistribution);
  if (amount(summary.requestsPerSec) === undefined) return null;
  const bad = Object.entries(codes).filter(([code]) => !/^[23]/.test(code));
  return {
    tool: 'oha',
    requests: sum(...Object.values(codes)),
    failed: sum(...bad.map(([, count]) => count), ...Object.values(inside(value.errorDistribution))),
    requestsPerSecond: amount(summary.requestsPerSec),
    latencyMillis: {
      p50: times(percentiles.p50, 1_000),
      p90: times(percentiles.p90, 1_000),
      p99: times(percentiles.p99, 1_000),
      max: times(summary.slowest, 1_000),
    },
  };
}

/** `bombardier -o json -p r -l`. Latencies in microseconds. */
function bombardier(value: Json): LoadReport | null {
  const result = inside(value.result);
  const latency = inside(result.latency);
  if (amount(result.req2xx) === undefined) return null;
  const percentiles = inside(latency.percentiles);
  return {
    tool: 'bombardier',
    requests: sum(result.req1xx, result.req2xx, result.req3xx, result.req4xx, result.req5xx, result.others),
    failed: sum(result.req4xx, result.req5xx, result.others),
    requestsPerSecond: amount(inside(result.rps).mean),
    latencyMillis: {
      p50: times(percentiles['50'], 1e-3),
      p90: times(percentiles['90'], 1e-3),
      p99: times(percentiles['99'], 1e-3),
      max: times(latency.max, 1e-3),
    },
  };
}

/** k6's `handleSummary` data or `--summary-export`. Latencies in milliseconds. */
function k6(value: Json): LoadReport | null {
  const metrics = inside(value.metrics);
  const values = (name: string) =>
    ({ ...inside(metrics[name]), ...inside(inside(metrics[name]).values) }) as Json;
  const requests = values('http_reqs');
  const duration = values('http_req_duration');
  if (amount(requests.count) === undefined) return null;
  const failedShare = amount(values('http_req_failed').rate ?? values('http_req_failed').value) ?? 0;
  return {
    tool: 'k6',
    requests: amount(requests.count),
    failed: Math.round(failedShare * (amount(requests.count) ?? 0)),
    requestsPerSecond: amount(requests.rate),
    latencyMillis: {
      p50: amount(duration.med),
      p90: amount(duration['p(90)']),
      p99: amount(duration['p(99)']),
      max: amount(duration.max),
    },
  };
}

function duration(text: string | undefined): number | undefined {
  // A number without a unit would be a guess.
  return /[a-zµ]$/.test(text ?? '') ? parseDuration(text!, ['us', 'µs', 'ms', 's', 'm']) : undefined;
}

const first = (output: string, pattern: RegExp) => pattern.exec(output)?.[1];
const number = (text: string | undefined) =>
  text === undefined ? undefined : Number(text.replaceAll(',', ''));

/** wrk and wrk2; percentiles with --latency. */
function wrk(output: string): LoadReport | null {
  const requests = number(first(output, /^\s*([\d,]+) requests in /m));
  if (requests === undefined) return null;
  const sockets =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)?.slice(1) ?? [];
  return {
    tool: 'wrk',
    requests,
    failed: sum(number(first(output, /Non-2xx or 3xx responses: (\d+)/)), ...sockets.map(Number)),
    requestsPerSecond: number(first(output, /Requests\/sec:\s*([\d.,]+)/)),
    latencyMillis: {
      p50: duration(first(output, /^\s*50(?:\.0+)?%\s+(\S+)/m)),
      p90: duration(first(output, /^\s*90(?:\.0+)?%\s+(\S+)/m)),
      p99: duration(first(output, /^\s*99(?:\.0+)?%\s+(\S+)/m)),
    },
  };
}

/** hey. Latencies in seconds. */
function hey(output: string): LoadReport | null {
  const rate = number(first(output, /Requests\/sec:\s*([\d.,]+)/));
  const codes = [...output.matchAll(/^\s*\[(\d{3})\]\s+(\d+) responses/gm)];
  if (rate === undefined || codes.length === 0) return null;
  const percentile = (p: number) =>
    times(number(first(output, new RegExp(`${p}%%? in ([\\d.]+) secs`))), 1_000);
  const errors = /Error distribution:([\s\S]*)/.exec(output)?.[1] ?? '';
  return {
    tool: 'hey',
    requests: sum(...codes.map(([, , count]) => Number(count))),
    failed: sum(
      ...codes.filter(([, code]) => !/^[23]/.test(code!)).map(([, , count]) => Number(count)),
      ...[...errors.matchAll(/^\s*\[(\d+)\]/gm)].map(([, count]) => Number(count)),
    ),
    requestsPerSecond: rate,
    latencyMillis: { p50: percentile(50), p90: percentile(90), p99: percentile(99) },
  };
}

/** autocannon's table: errors and counts are at its end. */
function autocannonText(output: string): LoadReport | null {
  const counted = /([\d.]+)(k|M)? requests in ([\d.]+)s/.exec(output);
  if (!counted) return null;
  const requests = Number(counted[1]) * ({ k: 1e3, M: 1e6 }[counted[2] ?? ''] ?? 1);
  const row = /Latency\s*│\s*([\d.]+) ms\s*│\s*([\d.]+) ms\s*│\s*([\d.]+) ms\s*│\s*([\d.]+) ms/.exec(
    output.replaceAll(/\u001b\[[\d;]*m/g, ''),
  );
  return {
    tool: 'autocannon',
    requests,
    failed: sum(
      number(first(output, /([\d,]+) errors/)),
      number(first(output, /([\d,]+) non 2xx responses/)),
    ),
    requestsPerSecond: requests / Number(counted[3]),
    latencyMillis: { p50: number(row?.[2]), p99: number(row?.[4]) },
  };
}
