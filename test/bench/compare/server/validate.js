import { z } from 'zod';

const query = z.object({
  q: z.string().min(1).max(50),
  page: z.coerce.number().int().min(0).max(20).default(0),
  sort: z.enum(['price', 'rank']).default('rank'),
});
const cart = z
  .array(z.object({ id: z.number().int().min(0).max(299), count: z.number().int().min(1).max(9) }))
  .max(20);

export function parseQuery(given) {
  return query.parse(given);
}

export function parseCart(given) {
  return cart.parse(given);
}
