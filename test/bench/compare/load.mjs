// The load: a few seconds of what a shop is asked for. Prints autocannon's JSON.
//   node load.mjs PORT SECONDS
import autocannon from 'autocannon';

const [port, seconds] = process.argv.slice(2).map(Number);
const cart = JSON.stringify([
  { id: 7, count: 2 },
  { id: 100, count: 1 },
  { id: 250, count: 3 },
]);
const requests = [
  { path: '/search?q=lamp' },
  { path: '/api/search?q=oak&sort=price' },
  { path: '/cart', method: 'POST', body: cart, headers: { 'content-type': 'application/json' } },
  { path: '/search?q=garden&page=1&sort=price' },
  { path: '/api/search?q=chair' },
];
const result = await autocannon({
  url: `http://127.0.0.1:${port}`,
  connections: 8,
  duration: seconds,
  requests,
});
console.log(JSON.stringify(result));
