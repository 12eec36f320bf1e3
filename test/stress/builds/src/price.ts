export enum Currency {
  Euro = 'EUR',
  Dollar = 'USD',
}

export interface Basket {
  items: { price: number; amount: number }[];
  currency: Currency;
}

const rates: Record<Currency, number> = {
  [Currency.Euro]: 1,
  [Currency.Dollar]: 1.1,
};

export function priceOf(basket: Basket): number {
  let sum = 0;
  for (let round = 0; round < 36_000; round++)
    for (const { price, amount } of basket.items)
      sum += Math.sqrt(price * amount + round) * rates[basket.currency];
  return sum;
}
