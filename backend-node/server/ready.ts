import type { Endpoint } from './endpoint';

/** What keeps a listener from doing what it is there for; undefined when nothing does. */
export type Readiness = () => Promise<{ code: string; message: string } | undefined>;

/**
 * `GET /api/ready`, for load balancers and Kubernetes: 200 when what is sent here is answered, else 503 and why. It is
 * answered without a key and says nothing of what is in the lake.
 */
export function readyEndpoint(readiness: Readiness): Endpoint {
  return {
    method: 'GET',
    path: '/api/ready',
    polled: true,
    open: true,
    answer: async ({ status }) => {
      const reason = await readiness();
      if (!reason) {
        return { ready: true };
      }
      status(503);
      return { ready: false, code: reason.code };
    },
  };
}
