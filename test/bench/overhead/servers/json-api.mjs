// A plain JSON API: parse what was sent, look it up in a Map, answer as text. Hardly a promise.
import { serve } from './serve.mjs';

const customers = new Map(
  Array.from({ length: 5_000 }, (_, id) => [
    `customer-${id}`,
    {
      id,
      name: `Customer ${id}`,
      address: { street: `${id} High Street`, city: 'Springfield', zip: String(10_000 + id) },
      orders: Array.from({ length: 20 }, (_, i) => ({
        id: `${id}-${i}`,
        total: (id * 31 + i * 7) % 500,
        open: i % 3 === 0,
      })),
    },
  ]),
);
/** What a body would say; so that the load needs no bodies. */
const filter = JSON.stringify({
  open: true,
  fields: ['id', 'total'],
  sort: { by: 'total', order: 'desc' },
  page: { at: 0, size: 10 },
});

const PAGE = 10;

function openOrders(id) {
  const customer = JSON.parse(JSON.stringify(customers.get(`customer-${id % customers.size}`)));
  const { open, page } = JSON.parse(filter);
  customer.orders = customer.orders
    .filter((order) => order.open === open)
    .sort((a, b) => b.total - a.total)
    .slice(page.at, page.size);
  return customer;
}

let next = 0;
serve((_request, response) => {
  next += PAGE;
  const found = Array.from({ length: PAGE }, (_, i) => openOrders(next + i));
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ found }));
});
