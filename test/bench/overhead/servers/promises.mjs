// Promise-heavy: layers of async functions around each request, more than a thousand promises in all.
import { serve } from './serve.mjs';

const LINES = 300;
const products = Array.from({ length: 200 }, (_, id) => ({
  id,
  name: `product ${id}`,
  price: id * 7,
  tags: ['a', 'b'],
}));
const orders = new Map();

const find = async (id) => products[id % products.length];
const discounted = async (product) => ({ ...product, price: Math.round((await product.price) * 0.9) });
const line = async (id) => discounted(await find(id));

async function order(id) {
  const lines = await Promise.all(Array.from({ length: LINES }, (_, i) => line(id + i)));
  let total = 0;
  for (const each of lines) total += (await each).price;
  orders.set(id % 500, { id, total });
  return { id, total, lines };
}

/** Middleware as frameworks run it: each awaits the next. */
const layers = [
  async (request, next) => ({ ...(await next()), path: request.url }),
  async (_request, next) => {
    const from = performance.now();
    const body = await next();
    return { ...body, millis: performance.now() - from };
  },
  async (_request, next) => ({ ok: true, ...(await next()) }),
];
const run = async (request, at) =>
  at < layers.length ? layers[at](request, () => run(request, at + 1)) : order(nextId++);

let nextId = 0;
serve(async (request, response) => {
  const body = await run(request, 0);
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
});
