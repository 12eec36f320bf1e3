import { createServer } from 'node:http';
import { type Basket, Currency, priceOf } from './price';
import { count, remember } from './sessions';

interface Answer {
  total: number;
  stored: { sessions: number };
}

let next = 0;

function handle(): Answer {
  const basket: Basket = {
    currency: Currency.Euro,
    items: Array.from({ length: 40 }, (_, i) => ({ price: i, amount: 2 })),
  };
  for (let i = 0; i < 20; i++) remember(next++);
  return { total: priceOf(basket), stored: count() };
}

const server = createServer((_request, response) => {
  response.end(JSON.stringify(handle()));
});
server.listen(0, '127.0.0.1');
setInterval(() => handle(), 10);
