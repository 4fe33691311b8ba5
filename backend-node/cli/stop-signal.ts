/**
 * A signal that is aborted by SIGINT and SIGTERM. The second one ends the process at once, which is safe with everything
 * that takes one. `release` when nothing is to be stopped any more.
 */
export function stopSignal(say: string): { signal: AbortSignal; release: () => void } {
  const stop = new AbortController();
  const onStop = (): void => {
    if (stop.signal.aborted) {
      process.exit(1);
    }
    process.stderr.write(`\n${say}\n`);
    stop.abort();
  };
  process.on('SIGINT', onStop);
  process.on('SIGTERM', onStop);
  return {
    signal: stop.signal,
    release: () => {
      process.off('SIGINT', onStop);
      process.off('SIGTERM', onStop);
    },
  };
}
