import { writeFileSync } from 'node:fs';
import { ship } from './orders';
import { type Basket, Currency, priceOf } from './price';
import { count, remember } from './sessions';

interface Answer {
  total: number;
  stored: { sessions: number };
}

let next = 0;

// How the script knows which process does the work.
export function begin(): void {
  writeFileSync(`${process.env.SHOP_PIDS}/${process.pid}`, '');
}

export function handle(): Answer {
  const basket: Basket = {
    currency: Currency.Euro,
    items: Array.from({ length: 40 }, (_, i) => ({ price: i, amount: 2 })),
  };
  for (let i = 0; i < 4; i++) remember(next++);
  if (next % 20 === 0) ship(next / 20).catch(() => {});
  return { total: priceOf(basket), stored: count() };
}
