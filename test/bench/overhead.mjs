// What `culprit diagnose` costs a busy HTTP server: rounds with and without it, interleaved, in alternating order.
// By hand, on a machine that does nothing else:
//
//   npm run build && node test/bench/overhead.mjs                 # closed loop: as many requests as the server can do
//   npm run build && node test/bench/overhead.mjs --rate 50%      # open loop at half of that; also a number a second
//
// Options: --pairs 10, --seconds 10 (one round), --rate 0, --connections 16, --json FILE (default: none).
// Each round begins with a few seconds of load that are not counted, in which culprit attaches. Each round with culprit lies wholly inside one `diagnose --duration 60s`, from its first profile on; the server has
// a core of its own where there are two and `taskset`, because what is measured is the target's loss, not that
// culprit and the load need CPU too. A ratio is with/without of one pair; printed are the medians of all pairs, each
// with a 95 % bootstrap interval.
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '0' },
    connections: { type: 'string', default: '16' },
    json: { type: 'string' },
    role: { type: 'string' },
    port: { type: 'string' },
  },
});

const SELF = fileURLToPath(import.meta.url);
const CLI = process.env.CULPRIT_CLI ?? fileURLToPath(new URL('../../bin/culprit.js', import.meta.url));
const delay = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

if (values.role === 'server') serve();
else if (values.role === 'load') await load();
else await main();

// ---- the server: JSON in and out, many promises, a little state that does not grow ------------------------------

function serve() {
  const products = Array.from({ length: 200 }, (_, id) => ({
    id,
    name: `product ${id}`,
    price: id * 7,
    tags: ['a', 'b'],
  }));
  const cache = new Map();
  const find = async (id) => products[id % products.length];
  const discounted = async (product) => ({ ...product, price: Math.round((await product.price) * 0.9) });
  async function order(id) {
    const lines = await Promise.all(
      Array.from({ length: 150 }, async (_, i) => discounted(await find(id + i))),
    );
    let total = 0;
    for (const line of lines) total += (await line).price;
    cache.set(id % 500, { id, total });
    return { id, total, lines };
  }
  let next = 0;
  const server = http.createServer(async (_request, response) => {
    const body = JSON.stringify(await order(next++));
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ checked: JSON.parse(body).lines.length, body }));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => console.log(`READY ${server.address().port}`));
}

// ---- the load: autocannon, with every response time ------------------------------------------------------------

async function load() {
  const { default: autocannon } = await import('autocannon');
  const rate = Number(values.rate);
  const times = [];
  const run = autocannon({
    url: `http://127.0.0.1:${values.port}/`,
    connections: Number(values.connections),
    duration: Number(values.seconds),
    ...(rate > 0 ? { overallRate: rate } : {}),
  });
  run.on('response', (_client, _status, _bytes, millis) => times.push(millis));
  const result = await run;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const answer = {
    requests: times.length,
    seconds: result.duration,
    errors: result.errors + result.non2xx,
    p50: at(0.5),
    p99: at(0.99),
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

// ---- the experiment --------------------------------------------------------------------------------------------

async function main() {
  const pinned = canPin();
  const server = startPinned(pinned, 0, [SELF, '--role', 'server'], ['--inspect-port=0']);
  try {
    const port = await readyPort(server);
    const fullRate = await warmUp(port, pinned);
    const rate = values.rate.endsWith('%')
      ? Math.round((fullRate * Number.parseFloat(values.rate)) / 100)
      : Number(values.rate);
    const say = (text) => process.stderr.write(`${text}\n`);
    say(
      `${Math.round(fullRate)} requests/s at full speed; ${rate === 0 ? 'closed loop' : `fixed rate ${rate}/s`}, ${values.pairs} pairs of ${values.seconds} s`,
    );
    const pairs = [];
    for (let i = 0; i < Number(values.pairs); i++) {
      const order = i % 2 === 0 ? ['without', 'with'] : ['with', 'without'];
      const pair = {};
      for (const kind of order) pair[kind] = await round(kind === 'with', server.pid, port, rate, pinned);
      pairs.push(pair);
      const text = (kind) => `${Math.round(pair[kind].perSecond)}/s p99 ${pair[kind].p99.toFixed(1)} ms`;
      say(`  pair ${i + 1}: without ${text('without')}, with ${text('with')}`);
    }
    print(pairs, fullRate, rate, pinned);
  } finally {
    server.kill('SIGKILL');
  }
}

function canPin() {
  if (availableParallelism() < 2) return false;
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function startPinned(pinned, core, args, nodeArgs = []) {
  const command = [...nodeArgs, ...args];
  const stdio = ['ignore', 'pipe', 'ignore'];
  return pinned
    ? spawn('taskset', ['-c', String(core), process.execPath, ...command], { stdio })
    : spawn(process.execPath, command, { stdio });
}

function readyPort(server) {
  return new Promise((resolve, reject) => {
    server.stdout.on('data', (chunk) => {
      const match = /READY (\d+)/.exec(String(chunk));
      if (match) resolve(Number(match[1]));
    });
    server.once('exit', () => reject(new Error('the server ended')));
  });
}

async function measure(port, seconds, rate, pinned) {
  const args = [
    SELF,
    '--role',
    'load',
    '--port',
    String(port),
    '--seconds',
    String(seconds),
    '--rate',
    String(rate),
    '--connections',
    values.connections,
  ];
  const child = startPinned(pinned, 1, args);
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(out);
}

async function warmUp(port, pinned) {
  await measure(port, 5, 0, pinned);
  const { requests, seconds } = await measure(port, 4, 0, pinned);
  return requests / seconds;
}

async function round(isWatched, pid, port, rate, pinned) {
  // The server is busy already when culprit comes, as a server in production is: culprit looks coarser at busy targets.
  const before = measure(port, 4, rate, pinned);
  await delay(500);
  const culprit = isWatched
    ? startPinned(pinned, 1, [CLI, 'diagnose', String(pid), '--duration', '60s', '--json', '-'])
    : null;
  const ended = culprit && new Promise((resolve) => culprit.once('close', resolve));
  culprit?.stdout.resume();
  if (culprit) await untilProfiled(pid);
  await before;
  const cpuBefore = cpuMillis(pid);
  const { requests, seconds, errors, p50, p99 } = await measure(port, Number(values.seconds), rate, pinned);
  const cpu = cpuMillis(pid) - cpuBefore;
  culprit?.kill('SIGINT');
  await ended;
  await delay(500);
  return { perSecond: requests / seconds, p50, p99, cpuMicrosPerRequest: (cpu * 1_000) / requests, errors };
}

/** V8's CPU profiler has a thread of its own. */
async function untilProfiled(pid) {
  const isOn = () =>
    readdirSync(`/proc/${pid}/task`).some((task) =>
      readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').startsWith('v8:ProfEvnt'),
    );
  for (let tries = 0; tries < 400; tries++) {
    if (isOn()) return;
    await delay(50);
  }
  throw new Error('culprit did not start to profile');
}

/** User and system time of the whole process, in milliseconds (100 clock ticks a second). */
function cpuMillis(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

// ---- numbers ---------------------------------------------------------------------------------------------------

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Percentile bootstrap of the median. */
function interval(numbers) {
  const medians = Array.from({ length: 10_000 }, () =>
    median(numbers.map(() => numbers[Math.floor(Math.random() * numbers.length)])),
  );
  medians.sort((a, b) => a - b);
  return [medians[250], medians[9_749]];
}

function print(pairs, fullRate, rate, pinned) {
  const measures = {
    Throughput: 'perSecond',
    'p50 latency': 'p50',
    'p99 latency': 'p99',
    'CPU a request': 'cpuMicrosPerRequest',
  };
  const rows = Object.entries(measures).map(([name, key]) => {
    const ratios = pairs.map((pair) => pair.with[key] / pair.without[key]);
    return {
      name,
      without: median(pairs.map((p) => p.without[key])),
      with: median(pairs.map((p) => p.with[key])),
      ratio: median(ratios),
      interval: interval(ratios),
      ratios,
    };
  });
  const mode =
    rate === 0
      ? 'closed loop, full speed'
      : `fixed rate of ${rate} requests/s (${Math.round((rate / fullRate) * 100)} % of full speed)`;
  const lines = [
    `${mode}, ${pairs.length} pairs of ${values.seconds} s, Node ${process.version}, ${pinned ? 'server on a core of its own' : 'cores shared'}`,
    '',
    '| | without | with culprit | ratio | 95 % interval |',
    '|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${row.name} | ${row.without.toFixed(1)} | ${row.with.toFixed(1)} | ${row.ratio.toFixed(3)} | ${row.interval.map((n) => n.toFixed(3)).join(' - ')} |`,
    ),
  ];
  const errors = pairs.reduce((sum, pair) => sum + pair.with.errors + pair.without.errors, 0);
  if (errors > 0) lines.push('', `${errors} requests failed: the numbers above mean little.`);
  process.stdout.write(`${lines.join('\n')}\n`);
  if (values.json)
    writeFileSync(
      values.json,
      `${JSON.stringify({ mode, node: process.version, pinned, fullRate, rate, rows, pairs }, null, 2)}\n`,
    );
}
