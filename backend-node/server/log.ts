import { pino, type Logger } from 'pino';

/** The structured log of one process: JSON lines on standard error, written at once so that a kill loses none. */
export function createLog(process: string, level: string): Logger {
  return pino(
    {
      level,
      base: { process },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ fd: 2, sync: true })
  );
}
