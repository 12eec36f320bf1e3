// A shop as people write one: express, zod, handlebars, signed sessions, search, prices. What `culprit bench` is measured on.
import express from 'express';
import { addToCart } from './cart.js';
import { renderResults } from './pages.js';
import { findProducts } from './search.js';
import { readSession, signSession } from './session.js';
import { parseCart, parseQuery } from './validate.js';

const app = express();
app.use(express.json());

app.get('/search', (req, res) => {
  const { q, page, sort } = parseQuery(req.query);
  const found = findProducts(q, sort).slice(page * 20, page * 20 + 20);
  res.type('html').send(renderResults(q, found));
});

app.get('/api/search', (req, res) => {
  const { q, page, sort } = parseQuery(req.query);
  res.json({ q, found: findProducts(q, sort).slice(page * 20, page * 20 + 20) });
});

app.post('/cart', (req, res) => {
  const session = readSession(req.headers.cookie);
  const cart = addToCart(session, parseCart(req.body));
  res.set('Set-Cookie', `session=${signSession(session)}`).json(cart);
});

const server = app.listen(Number(process.env.PORT), '127.0.0.1', () => {
  console.log(`listening on ${server.address().port}`);
});
