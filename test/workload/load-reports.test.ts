// What load tools print, read into one shape.
import { expect, test } from 'vitest';
import { readLoadReport } from '../../src/workload/load-reports.ts';

test.each([
  [
    'autocannon -j, behind lines of its own',
    `warming up {not json}\n${JSON.stringify({ errors: 1, non2xx: 2, latency: { p50: 3, p90: 5, p99: 9, max: 20 }, requests: { average: 500, total: 1000 } })}\n`,
    {
      tool: 'autocannon',
      requests: 1_000,
      failed: 3,
      requestsPerSecond: 500,
      latencyMillis: { p50: 3, p90: 5, p99: 9, max: 20 },
    },
  ],
  [
    'wrk --latency',
    `Running 2s test @ http://127.0.0.1:3000/
  2 threads and 10 connections
  Latency Distribution
     50%    1.20ms
     75%    1.50ms
     90%    2.00ms
     99%   12.50ms
  20123 requests in 2.00s, 3.1MB read
  Socket errors: connect 0, read 2, write 0, timeout 1
  Non-2xx or 3xx responses: 5
Requests/sec:  10061.50
`,
    {
      tool: 'wrk',
      requests: 20_123,
      failed: 8,
      requestsPerSecond: 10_061.5,
      latencyMillis: { p50: 1.2, p90: 2, p99: 12.5 },
    },
  ],
  [
    'hey',
    `Summary:
  Requests/sec:	4520.1234
Latency distribution:
  50% in 0.0102 secs
  90% in 0.0200 secs
  99% in 0.0501 secs
Status code distribution:
  [200]	9000 responses
  [503]	40 responses
Error distribution:
  [3]	Get "http://127.0.0.1:1/": connection refused
`,
    {
      tool: 'hey',
      requests: 9_040,
      failed: 43,
      requestsPerSecond: 4_520.1234,
      latencyMillis: { p50: 10.2, p90: 20, p99: 50.1 },
    },
  ],
  [
    'oha as JSON',
    JSON.stringify({
      summary: { requestsPerSec: 900, slowest: 0.2 },
      latencyPercentiles: { p50: 0.01, p90: 0.02, p99: 0.05 },
      statusCodeDistribution: { 200: 1_790, 500: 7 },
      errorDistribution: { 'aborted due to deadline': 3 },
    }),
    {
      tool: 'oha',
      requests: 1_797,
      failed: 10,
      requestsPerSecond: 900,
      latencyMillis: { p50: 10, p90: 20, p99: 50, max: 200 },
    },
  ],
  [
    'k6 --summary-export',
    JSON.stringify({
      metrics: {
        http_reqs: { count: 200, rate: 100 },
        http_req_duration: { med: 4, 'p(90)': 8, 'p(99)': 16, max: 20 },
        http_req_failed: { value: 0.05 },
      },
    }),
    {
      tool: 'k6',
      requests: 200,
      failed: 10,
      requestsPerSecond: 100,
      latencyMillis: { p50: 4, p90: 8, p99: 16, max: 20 },
    },
  ],
  [
    'bombardier -o json',
    JSON.stringify({
      result: {
        req1xx: 0,
        req2xx: 990,
        req3xx: 0,
        req4xx: 10,
        req5xx: 0,
        others: 0,
        rps: { mean: 495 },
        latency: { max: 9_000, percentiles: { 50: 1_000, 90: 2_000, 99: 8_000 } },
      },
    }),
    {
      tool: 'bombardier',
      requests: 1_000,
      failed: 10,
      requestsPerSecond: 495,
      latencyMillis: { p50: 1, p90: 2, p99: 8, max: 9 },
    },
  ],
])('%s', (_, output, report) => {
  expect(readLoadReport(output)).toEqual(report);
});

test.each(['', 'done in 2 s', '{"ok":true}', '{"latency":{}}', '{'.repeat(10_000)])(
  'is nothing: %.20s',
  (output) => {
    expect(readLoadReport(output)).toBeNull();
  },
);
