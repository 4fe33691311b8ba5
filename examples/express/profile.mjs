/** What a page is made with when nothing is known of a customer, or not in time. */
const UNKNOWN = { segments: [], last_failures: [] };

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
    return response.ok ? await response.json() : UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

/** What the page says to them. */
export function greeting({ segments, last_failures: failures }) {
  const failed = failures.some(({ route }) => route?.includes('payment'));
  if (segments.includes('hit_by_errors') && failed) {
    return 'Your payment failed because of us, and that is mended. Your cart is still here.';
  }
  if (segments.includes('hit_by_errors')) {
    return 'Something went wrong on your last visit. We are sorry.';
  }
  return segments.includes('new') ? 'Welcome. Shall we show you around?' : 'Welcome.';
}
