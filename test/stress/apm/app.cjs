// A shop's API as people write it with express: middleware, an AsyncLocalStorage with the request's id, and rates asked
// from a carrier. With APP_LEAKS=1 the carrier's error pages are never read, so that their connections stay.
'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { readFile } = require('node:fs/promises');
const http = require('node:http');
const { setTimeout: sleep } = require('node:timers/promises');
const express = require('express');
const { answerState } = require('./state.cjs');

const isLeaky = process.env.APP_LEAKS === '1';
const context = new AsyncLocalStorage();
const agent = new http.Agent({ keepAlive: true });

function fetchRate(zip) {
  return new Promise((resolve, reject) => {
    const url = `http://127.0.0.1:${process.env.CARRIER_PORT}/rate?zip=${zip}`;
    // The leak is of the connection that the next line makes.
    const request = http.get(url, { agent }, (response) => {
      if (response.statusCode !== 200) {
        if (!isLeaky) response.resume();
        reject(new Error(`the carrier answered ${response.statusCode}`));
        return;
      }
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(JSON.parse(text).cents));
    });
    request.on('error', reject);
  });
}

async function priceOf(zip) {
  await readFile(__filename);
  await sleep(2);
  return fetchRate(zip).catch(() => 690);
}

const app = express();
app.disable('x-powered-by');
app.use((request, _response, next) => context.run({ id: request.get('x-request-id') }, next));
app.use(express.json());
app.get('/rates/:zip', async (request, response) => {
  const cents = await priceOf(request.params.zip);
  await Promise.all([sleep(1), Promise.resolve().then(() => {})]);
  setImmediate(() => response.json({ cents, id: context.getStore()?.id }));
});
app.use((request, response) => {
  console.error(`nobody of ours asks for ${request.method} ${request.url}`);
  response.status(404).end();
});
const server = http.createServer((request, response) =>
  // Outside of express and of what is instrumented in it.
  request.url === '/state' ? answerState(response) : app(request, response),
);
// Longer than the load rests, or both would close and use a connection at the same time.
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => console.log(`READY ${server.address().port}`));
