import { priceOf } from './prices.js';
import { products } from './products.js';

function matches(product, word) {
  return product.name.includes(word) || product.tags.includes(word);
}

function score(product, word) {
  let sum = product.stock > 0 ? 10 : 0;
  for (let i = 0; i < product.name.length; i++) sum = (sum * 31 + product.name.charCodeAt(i)) % 10_007;
  return sum + (product.name.startsWith(word) ? 20_000 : 0);
}

export function rank(found, word) {
  return found
    .map((product) => ({ product, score: score(product, word) }))
    .sort((a, b) => b.score - a.score)
    .map(({ product }) => product);
}

export function findProducts(word, sort) {
  const found = products.filter((product) => matches(product, word));
  const ordered = sort === 'price' ? found.toSorted((a, b) => a.cents - b.cents) : rank(found, word);
  return ordered.map((product) => ({ ...product, price: priceOf(product) }));
}
