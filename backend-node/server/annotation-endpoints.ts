import { ApitrailError, parseAnnotations, type PostedAnnotation } from '@apitrail/contract';

import type { PostOptions, PostOutcome } from '../annotations/annotation-store';
import type { Ask, Endpoint } from './endpoint';

/** What annotations are posted to: the store of a lake. */
export interface AnnotationSink {
  post(annotations: readonly PostedAnnotation[], options: PostOptions): Promise<PostOutcome[]>;
  remove(id: string): Promise<boolean>;
}

/** Requests that may wait for those before them to be on the disk. */
const MOST_WAITING = 64;

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * `POST /api/annotations` and `DELETE /api/annotations/ID`. An answer comes when what was sent is on the disk.
 */
export function annotationEndpoints(sink: () => Promise<AnnotationSink>): Endpoint[] {
  let waiting = 0;
  const inTurn = async <T>(ask: Ask, work: (sink: AnnotationSink) => Promise<T>): Promise<T> => {
    if (waiting >= MOST_WAITING) {
      throw new ApitrailError(
        'APITRAIL_BUSY',
        'Too many annotations are being written. Send fewer at once, in a list.'
      );
    }
    waiting++;
    try {
      return await work(await sink());
    } catch (error) {
      throw withoutFolders(error, ask);
    } finally {
      waiting--;
    }
  };
  return [
    {
      method: 'POST',
      path: '/api/annotations',
      answer: async (ask) => {
        const annotations = parseAnnotations(ask.body);
        const idempotency = idempotencyOf(ask);
        const options = { now: Date.now(), ...(idempotency ? { idempotency } : {}) };
        const outcomes = await inTurn(ask, (store) => store.post(annotations, options));
        ask.note({ annotations: outcomes.length });
        ask.status(outcomes.some(({ status }) => status === 'created') ? 201 : 200);
        return { annotations: outcomes };
      },
    },
    {
      method: 'DELETE',
      path: '/api/annotations/:id',
      answer: async (ask) => {
        const id = ask.params.id!;
        if (!(await inTurn(ask, (store) => store.remove(id)))) {
          throw new ApitrailError(
            'APITRAIL_NOT_FOUND',
            `There is no posted annotation ${JSON.stringify(id)}. Deploys that are seen in the requests cannot be deleted.`,
            { where: 'id' }
          );
        }
        return { deleted: id };
      },
    },
  ];
}

/** An error for who posts, from another machine perhaps: where the lake lies, and what the system said, stands in the log. */
function withoutFolders(error: unknown, ask: Ask): unknown {
  if (!(error instanceof ApitrailError) || error.code !== 'APITRAIL_LAKE_UNWRITABLE') {
    return error;
  }
  ask.note({ unwritable: error.message });
  return new ApitrailError(
    'APITRAIL_LAKE_UNWRITABLE',
    'Nothing was written: the lake cannot be written now. The log of the companion says why; send it again once it can.',
    { cause: error }
  );
}

function idempotencyOf({ requestHeader, caller }: Ask): PostOptions['idempotency'] {
  const key = requestHeader('idempotency-key');
  if (key === undefined) {
    return undefined;
  }
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      'Idempotency-Key must be 1 to 255 printable characters without spaces.',
      { where: 'Idempotency-Key' }
    );
  }
  return { key, from: caller.key?.id ?? '' };
}
