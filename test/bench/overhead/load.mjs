// The load, a program of its own: `node load.mjs <port> <seconds> <rate>`, prints one line of JSON. Rate 0 is a closed
// loop, as many requests as the server can do. Any other rate is an open one: a request is due whether or not those
// before it were answered, and its time counts from when it was due, so that a pause of the server is felt by every
// request that falls into it (without that, a load that waits for the server hides the very pauses we look for).
import http from 'node:http';
import autocannon from 'autocannon';
import { percentile } from './statistics.mjs';

const [port, seconds, rate] = process.argv.slice(2).map(Number);
const CLOSED_CONNECTIONS = 16;
const OPEN_CONNECTIONS = 128;
/** Not counted: until then the load itself is cold. */
const LEAD_IN_SECONDS = 1;
const MICROS_A_MILLI = 1_000;

const result = rate === 0 ? await closedLoop() : await openLoop();
process.stdout.write(`${JSON.stringify(result)}\n`);

async function closedLoop() {
  const millis = [];
  const run = autocannon({
    url: `http://127.0.0.1:${port}/`,
    connections: CLOSED_CONNECTIONS,
    duration: seconds,
  });
  run.on('response', (_client, _status, _bytes, took) => millis.push(took));
  const { duration, errors, non2xx } = await run;
  return summary(millis, { requests: millis.length, seconds: duration, failed: errors + non2xx });
}

async function openLoop() {
  const leadIn = Math.min(LEAD_IN_SECONDS, seconds / 5) * rate;
  const agent = new http.Agent({ keepAlive: true, maxSockets: OPEN_CONNECTIONS, scheduling: 'fifo' });
  const millis = [];
  let sent = 0;
  let answered = 0;
  let failed = 0;
  const from = performance.now();
  const sendDue = () => {
    const dueBy = Math.min(seconds, (performance.now() - from) / MICROS_A_MILLI) * rate;
    while (sent < dueBy) {
      const ordinal = sent++;
      const dueAt = from + (ordinal / rate) * MICROS_A_MILLI;
      send(agent).then(
        () => {
          answered++;
          if (ordinal >= leadIn) millis.push(performance.now() - dueAt);
        },
        () => failed++,
      );
    }
  };
  const timer = setInterval(sendDue, 1);
  const deadline = from + (seconds + 10) * MICROS_A_MILLI;
  const isOver = () => answered + failed >= Math.floor(seconds * rate) || performance.now() > deadline;
  await new Promise((resolve) => {
    const look = setInterval(() => isOver() && resolve(clearInterval(look)), 20);
  });
  clearInterval(timer);
  agent.destroy();
  const took = Math.max(seconds, (performance.now() - from) / MICROS_A_MILLI);
  return summary(millis, { requests: answered, seconds: took, failed });
}

function send(agent) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, agent }, (response) => {
      response.on('end', response.statusCode === 200 ? resolve : reject);
      response.resume();
    });
    request.on('error', reject);
  });
}

function summary(millis, { requests, seconds: took, failed }) {
  millis.sort((a, b) => a - b);
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(millis, share));
  return { requests, perSecond: requests / took, failed, p50, p99 };
}
