import type { ViewAnnotation } from './view';

/** Requests that were served, and not calls between services. */
export const served = { key: 'direction', operator: '!=' as const, value: 'client' };
export const ofSample = { key: 'service', operator: '=' as const, value: 'erddap' };
export const ofShop = { key: 'service', operator: '!=' as const, value: 'erddap' };
/** Requests of the customer that is chosen. */
export const ofCustomer = { key: 'customer', operator: '=' as const, value: '$customer' };
/** Failures of ours. */
export const serverErrors = { key: 'status', operator: '>=' as const, value: '500' };

export const route = (method: string, path: string) => [
  { key: 'method', operator: '=' as const, value: method },
  { key: 'route', operator: '=' as const, value: path },
];
export const pathMatches = (pattern: string) => [{ key: 'path', operator: '=~' as const, value: pattern }];

/** From looking to paying, in the shop. */
export const CHECKOUT = [
  { name: 'Product list', filters: route('GET', '/api/products') },
  { name: 'Product', filters: route('GET', '/api/products/{id}') },
  { name: 'Into the cart', filters: route('POST', '/api/cart/items') },
  { name: 'Checkout', filters: route('POST', '/api/checkout') },
  { name: 'Payment', filters: route('POST', '/api/checkout/{id}/payment') },
];

/** What dashboards mark as well, of some services. */
export const annotationsOf = (service: typeof ofSample | typeof ofShop): ViewAnnotation[] => [
  {
    name: 'Deploys',
    iconColor: 'blue',
    query: { queryType: 'annotations', kind: ['deploy'], filters: [service] },
  },
  {
    name: 'Events',
    iconColor: 'purple',
    query: { queryType: 'annotations', kind: ['event'], filters: [service] },
  },
  {
    name: 'Incidents',
    iconColor: 'red',
    query: { queryType: 'annotations', kind: ['incident'], filters: [service] },
  },
];
