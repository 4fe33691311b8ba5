import express from 'express';

import { greeting, profileOf } from './profile.mjs';

const apitrail = {
  url: process.env.APITRAIL_URL ?? 'http://127.0.0.1:8585',
  key: process.env.APITRAIL_KEY,
  timeoutMs: 50,
};

const app = express();

app.get('/', async (request, response) => {
  // A shop takes this from its own session, never from the address.
  const customer = typeof request.query.customer === 'string' ? request.query.customer : '';
  const profile = customer ? await profileOf(customer, apitrail) : { segments: [], last_failures: [] };
  response
    .set('cache-control', 'private, no-store')
    .send(`<!doctype html><title>Shop</title><h1>${greeting(profile)}</h1>`);
});

const server = app.listen(Number(process.env.PORT ?? 3001), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/?customer=customer-000065`);
});
