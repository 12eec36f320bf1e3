// What the load asks of the server, without HTTP: prints the median microseconds of CPU time a request.
//   node mix.mjs DIR
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const from = (file) => import(pathToFileURL(join(process.argv[2], file)).href);
const { findProducts } = await from('search.js');
const { renderResults } = await from('pages.js');
const { addToCart } = await from('cart.js');
const { readSession, signSession } = await from('session.js');

const cart = [
  { id: 7, count: 2 },
  { id: 100, count: 1 },
  { id: 250, count: 3 },
];
function mix() {
  const pages = [
    renderResults('lamp', findProducts('lamp', 'rank').slice(0, 20)),
    JSON.stringify(findProducts('oak', 'price').slice(0, 20)),
    renderResults('garden', findProducts('garden', 'price').slice(20, 40)),
    JSON.stringify(findProducts('chair', 'rank').slice(0, 20)),
  ];
  const session = readSession('');
  addToCart(session, cart);
  return pages.length + signSession(session).length;
}

const ROUNDS = 300;
const costs = [];
for (const end = Date.now() + 2_500; Date.now() < end; ) {
  const before = process.cpuUsage();
  for (let i = 0; i < ROUNDS; i++) mix();
  const { user, system } = process.cpuUsage(before);
  costs.push((user + system) / ROUNDS / 5);
}
const warm = costs.slice(costs.length >> 1).sort((a, b) => a - b);
console.log(warm[warm.length >> 1]);
