import type { ErrorBody } from '@apitrail/contract';
import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';
import { lastValueFrom, Observable } from 'rxjs';

/**
 * Grafana’s way for plugins to make requests, on the browser’s fetch: what is unsubscribed from is aborted, and a request
 * whose `requestId` is asked again ends the one before.
 */
export class PlaygroundBackendSrv implements BackendSrv {
  readonly #running = new Map<string, AbortController>();

  fetch<T>(options: BackendSrvRequest): Observable<FetchResponse<T>> {
    return new Observable((subscriber) => {
      const controller = new AbortController();
      if (options.requestId) {
        this.#running.get(options.requestId)?.abort();
        this.#running.set(options.requestId, controller);
      }
      send<T>(options, controller.signal).then(
        (response) => {
          subscriber.next(response);
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error)
      );
      return () => controller.abort();
    });
  }

  async request<T>(options: BackendSrvRequest): Promise<T> {
    return (await lastValueFrom(this.fetch<T>(options))).data;
  }

  get<T>(
    url: string,
    params?: Record<string, unknown>,
    requestId?: string,
    options?: Partial<BackendSrvRequest>
  ): Promise<T> {
    return this.request<T>({ ...options, method: 'GET', url, params, requestId });
  }

  post<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'POST', url, data });
  }

  put<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'PUT', url, data });
  }

  patch<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'PATCH', url, data });
  }

  delete<T>(url: string, data?: unknown, options?: Partial<BackendSrvRequest>): Promise<T> {
    return this.request<T>({ ...options, method: 'DELETE', url, data });
  }

  datasourceRequest<T>(options: BackendSrvRequest): Promise<FetchResponse<T>> {
    return lastValueFrom(this.fetch<T>(options));
  }

  chunked(): Observable<FetchResponse<Uint8Array | undefined>> {
    throw new Error('The playground has no streams.');
  }
}

/** What the forwarder answers itself, in its place: the playground has one user, so every channel is theirs. */
const LIVE_RESOURCE = /\/resources\/live$/;

async function send<T>(config: BackendSrvRequest, signal: AbortSignal): Promise<FetchResponse<T>> {
  const url = new URL(config.url, location.href);
  if (LIVE_RESOURCE.test(url.pathname)) {
    const [data, headers] = [{ path: 'live' } as T, new Headers()];
    return {
      data,
      ok: true,
      status: 200,
      statusText: '',
      headers,
      redirected: false,
      type: 'basic',
      url: url.href,
      config,
    };
  }
  for (const [name, value] of Object.entries(config.params ?? {})) {
    if (value !== undefined) {
      url.searchParams.append(name, String(value));
    }
  }
  let response: Response;
  try {
    response = await fetch(url, {
      method: config.method ?? 'GET',
      signal,
      headers: {
        Accept: 'application/json',
        ...(config.data === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(config.data === undefined ? {} : { body: JSON.stringify(config.data) }),
    });
  } catch (cause) {
    throw {
      status: 0,
      statusText: signal.aborted
        ? 'Request was aborted'
        : 'The playground does not answer: is `npm start` still running?',
      cancelled: signal.aborted,
      data: { message: String(cause) },
      config,
    } satisfies FetchError;
  }
  const data = await bodyOf(response, config.responseType);
  const { ok, status, statusText, headers, redirected, type } = response;
  if (!ok) {
    throw { status, statusText, data: refusalOf(data), config } satisfies FetchError;
  }
  return { data: data as T, ok, status, statusText, headers, redirected, type, url: response.url, config };
}

/** A refusal as Grafana and the forwarder give it: the companion's own has its text one level deeper. */
function refusalOf(data: unknown): unknown {
  const { error } = (data ?? {}) as Partial<ErrorBody>;
  return error?.message ? { message: `${error.message} [${error.code}]` } : data;
}

async function bodyOf(response: Response, type: BackendSrvRequest['responseType']): Promise<unknown> {
  if (type === 'blob') {
    return response.blob();
  }
  const text = await response.text();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return { message: text };
  }
}
