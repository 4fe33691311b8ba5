/** What the page says to somebody with that profile. */
export function greeting({ segments, last_failures: failures }) {
  const failed = failures.some(({ route }) => route?.includes('payment'));
  if (segments.includes('hit_by_errors') && failed) {
    return 'Your payment failed because of us. Your cart is still here.';
  }
  if (segments.includes('hit_by_errors')) {
    return 'Something went wrong on your last visit. We are sorry.';
  }
  return segments.includes('new') ? 'Welcome. Shall we show you around?' : 'Welcome.';
}
