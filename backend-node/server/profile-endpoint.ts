import { ApitrailError } from '@apitrail/contract';

import type { ProfileTable } from '../profiles/profile-table';
import type { Endpoint } from './endpoint';
import type { Pseudonyms } from './pseudonyms';

/** Seconds after which to ask again while the first profiles are made. */
const RETRY_AFTER = '5';

/** `GET /api/customers/<id>/profile`: what is known of a customer, in the path of a request. Keys of the scope `profile` open it, and nothing else. */
export function profileEndpoint(table: ProfileTable, pseudonyms: () => Promise<Pseudonyms>): Endpoint {
  return {
    method: 'GET',
    path: '/api/customers/:id/profile',
    scope: 'profile',
    polled: true,
    answer: async ({ params, header }) => {
      const id = params.id!;
      const profile = table.find([id, ...(await pseudonyms())('customer', id)]);
      if (profile === undefined) {
        header('retry-after', RETRY_AFTER);
        throw new ApitrailError(
          'APITRAIL_BUSY',
          `Profiles are being made for the first time since the companion began. Ask again in ${RETRY_AFTER} s.`
        );
      }
      if (profile === null) {
        throw new ApitrailError(
          'APITRAIL_NOT_FOUND',
          'There is no profile of that customer: it was not seen within profiles.window, or others were seen later and profiles.limit is reached.',
          { where: 'id' }
        );
      }
      header('cache-control', 'private, max-age=30');
      return profile;
    },
  };
}
