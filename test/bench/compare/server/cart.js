import { priceOf } from './prices.js';
import { products } from './products.js';

export function totalOf(cart) {
  return cart.reduce((sum, { id, count }) => sum + priceOf(products[id]).cents * count, 0);
}

export function addToCart(session, items) {
  for (const item of items) session.cart.push(item);
  session.cart = session.cart.slice(-10);
  return { cart: session.cart, total: totalOf(session.cart) };
}
