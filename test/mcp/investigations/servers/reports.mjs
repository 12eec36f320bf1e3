// Reports from a pool of connections, kept by generic-pool. A report for a day that does not exist returns before it gives its
// connection back.
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import genericPool from 'generic-pool';

const pool = genericPool.createPool(
  {
    create: async () => ({ query: (text) => delay(15, `rows of ${text}`) }),
    destroy: async () => {},
  },
  { max: 20, min: 2 },
);

async function report(day) {
  const connection = await pool.acquire();
  if (day > 365) return 'no such day';
  const rows = await connection.query(`day ${day}`);
  await pool.release(connection);
  return rows;
}

const server = http.createServer(async (request, response) => {
  response.end(await report(Number(new URL(request.url, 'http://localhost').searchParams.get('day'))));
});
server.listen(0, '127.0.0.1', () => console.log(`READY ${server.address().port}`));
