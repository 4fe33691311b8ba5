import express from 'express';

import { customerProfile } from './apitrail.mjs';
import { greeting } from './greeting.mjs';

const app = express();

app.use(
  customerProfile({
    url: process.env.APITRAIL_URL ?? 'http://127.0.0.1:8585',
    key: process.env.APITRAIL_KEY,
    timeoutMs: 50,
    // A shop takes this from its own session, never from the address.
    customerOf: ({ query }) => (typeof query.customer === 'string' ? query.customer : undefined),
  })
);

app.get('/', (request, response) => {
  response
    .set('cache-control', 'private, no-store')
    .send(`<!doctype html><title>Shop</title><h1>${greeting(request.profile)}</h1>`);
});

const server = app.listen(Number(process.env.PORT ?? 3001), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/?customer=customer-000065`);
});
