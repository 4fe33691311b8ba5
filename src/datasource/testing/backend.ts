import { type BackendSrv, type BackendSrvRequest, type FetchResponse, setBackendSrv } from '@grafana/runtime';
import { of, throwError } from 'rxjs';

/** What the data source asked of Grafana's backend. */
export interface Asked {
  url: string;
  method: string;
  data: any;
  params: Record<string, string> | undefined;
}

/**
 * Stands where Grafana's backend is: answers each request by the function and notes what was asked. An Error that the
 * function gives is an answer that failed.
 */
export function answerWith(answer: (asked: Asked) => unknown): Asked[] {
  const asked: Asked[] = [];
  const fetch = (request: BackendSrvRequest) => {
    const ask = { url: request.url, method: request.method ?? 'GET', data: request.data, params: request.params };
    asked.push(ask);
    const data = answer(ask);
    return data instanceof Error
      ? throwError(() => ({ status: 502, statusText: 'Bad Gateway', data: { message: data.message } }))
      : of({ data, status: 200, ok: true, headers: new Headers(), url: request.url } as unknown as FetchResponse);
  };
  setBackendSrv({ fetch } as unknown as BackendSrv);
  return asked;
}
