import { customers } from './customers';
import { journeys } from './journeys';
import { oneCustomer } from './one-customer';
import { retention } from './retention';
import { sample } from './sample';
import { shop } from './shop';
import type { View } from './view';

export * from './view';

/** The page of one customer, which lists lead to. */
export const CUSTOMER_VIEW = oneCustomer.id;

export const VIEWS: readonly View[] = [shop, journeys, customers, oneCustomer, retention, sample];
