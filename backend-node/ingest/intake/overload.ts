import { ApitrailError } from '@apitrail/contract';

/** Nothing is wrong with what was sent, but it cannot be taken in now: the protocol’s "try again". */
export class Overload extends ApitrailError {
  constructor(
    code: 'APITRAIL_INGEST_BUSY' | 'APITRAIL_DISK_FULL' | 'APITRAIL_STOPPING',
    message: string,
    /** After how many seconds to send it again. */
    readonly retryAfterSeconds: number
  ) {
    super(code, message);
  }
}
