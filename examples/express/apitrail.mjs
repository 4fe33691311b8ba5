/** What a page is made with when nothing is known of a customer, or not in time. */
export const UNKNOWN = Object.freeze({ segments: [], last_failures: [] });

/**
 * Asks Apitrail what is known of a customer, and never lets the page wait for it: after `timeoutMs`, and for any error, the
 * customer is one of whom nothing is known.
 */
export async function profileOf(customer, { url, key, timeoutMs = 50 }) {
  try {
    const response = await fetch(`${url}/api/customers/${encodeURIComponent(customer)}/profile`, {
      headers: key ? { authorization: `Bearer ${key}` } : {},
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.ok) {
      return await response.json();
    }
    await response.body?.cancel();
    return UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

/**
 * Middleware of Express, Connect and the like: sets `request.profile` to what is known of the customer whose id `customerOf` takes
 * from the request. Undefined is somebody who has not signed in.
 */
export function customerProfile({ customerOf, ...apitrail }) {
  return async (request, _response, next) => {
    const customer = customerOf(request);
    request.profile = customer ? await profileOf(customer, apitrail) : UNKNOWN;
    next();
  };
}
