const RATES = [0, 0.07, 0.19];

export function priceOf(product) {
  const rate = RATES[product.id % RATES.length];
  const gross = Math.round(product.cents * (1 + rate));
  return { cents: gross, text: `${Math.floor(gross / 100)}.${String(gross % 100).padStart(2, '0')} €` };
}
