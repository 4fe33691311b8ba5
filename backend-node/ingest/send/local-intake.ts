import { ApitrailError } from '@apitrail/contract';
import { pino } from 'pino';

import type { Settings } from '../../config/settings';
import type { Batch } from '../intake/batch';
import type { Decoded } from '../intake/decoder';
import type { Receipt } from '../intake/intake';
import { Overload } from '../intake/overload';
import { backoffMs, pause } from './backoff';

/** The intake of a lake in this process, for a lake that no companion serves. */
export interface LocalIntake {
  /** Puts a batch in; tries again while it cannot be taken in, and ends with the signal’s reason when that is aborted. */
  submit(batch: Batch, decoded: Decoded, signal: AbortSignal): Promise<Receipt>;
  /** How often something had to wait and was tried again. */
  readonly retries: number;
  close(): Promise<void>;
}

/** Opens it. Throws APITRAIL_LAKE_BUSY, with how to go on, when a companion serves the lake. */
export async function openLocalIntake(settings: Settings, onTrouble: (text: string) => void): Promise<LocalIntake> {
  const { openIntake } = await import('../intake/open-intake');
  const log = pino(
    { level: settings.log_level === 'debug' ? 'debug' : 'warn' },
    pino.destination({ fd: 2, sync: true })
  );
  const intake = await openIntake({ settings, log }).catch((error: unknown) => {
    throw error instanceof ApitrailError && error.code === 'APITRAIL_LAKE_BUSY' ? busy(error, settings) : error;
  });
  let retries = 0;
  let trouble = false;
  return {
    get retries() {
      return retries;
    },
    submit: async (batch, decoded, signal) => {
      for (let attempt = 0; ; attempt++) {
        signal.throwIfAborted();
        try {
          const receipt = await intake.submit(batch, decoded);
          trouble = false;
          return receipt;
        } catch (error) {
          if (!(error instanceof Overload)) {
            throw error;
          }
          retries++;
          if (!trouble) {
            trouble = true;
            onTrouble(`${error.userMessage} Trying again.`);
          }
          await pause(Math.min(error.retryAfterSeconds * 1000, backoffMs(attempt)), signal);
        }
      }
    },
    close: () => intake.close(),
  };
}

function busy(error: ApitrailError, { ingestListen: { host, port } }: Settings): ApitrailError {
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new ApitrailError(
    'APITRAIL_LAKE_BUSY',
    `${error.message.replace(/ Stop it, .*$/, '')} If it is a companion, go through it: --to with the address of its ingest ` +
      `listener, such as ${address}.`,
    { where: error.where ?? '--lake', cause: error }
  );
}
