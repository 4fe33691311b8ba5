const FIRST_MS = 250;
const LONGEST_MS = 30_000;
/** However long somebody says to wait, what is there is tried again after this time. */
const PATIENCE_MS = 5 * 60_000;

/** How long to wait before something is tried again: longer each time, by chance so that many do not come at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16)) * (0.5 + random() / 2);
}

/** What `Retry-After` says, ms: seconds, or a date. Undefined when it says nothing that can be read. */
export function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  if (header === null || header === undefined || header.trim() === '') {
    return undefined;
  }
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), PATIENCE_MS) : undefined;
}

/** Waits; ends at once with the signal’s reason when it is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
