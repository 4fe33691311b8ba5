import { type BackendSrvRequest, getBackendSrv } from '@grafana/runtime';
import type { CohortInput, SavedCohort } from '@apitrail/contract';
import { lastValueFrom } from 'rxjs';

export const MEMBER_FORMATS = ['csv', 'json', 'parquet'] as const;
export type MemberFormat = (typeof MEMBER_FORMATS)[number];

/** What a webhook was told of a cohort. */
export interface PushedTo {
  webhook: string;
  members: number;
  /** Whether it was told all of them; else who came and went. */
  full: boolean;
  added: number;
  removed: number;
}

/** Which time says who is in a cohort without a range of its own, epoch milliseconds. */
export interface MemberRange {
  from: number;
  to: number;
  dataset?: string;
}

/** Saved cohorts of a data source, through Grafana's server. Every method throws an Error whose message is for people. */
export class CohortClient {
  constructor(private readonly uid: string) {}

  list(): Promise<SavedCohort[]> {
    return this.#ask<SavedCohort[]>('GET', '');
  }

  /** Saves a cohort, also over one of the same name. */
  save(cohort: CohortInput): Promise<SavedCohort> {
    const { name, ...fields } = cohort;
    return this.#ask<SavedCohort>('PUT', `/${name}`, { data: fields });
  }

  async delete(name: string): Promise<void> {
    await this.#ask('DELETE', `/${name}`);
  }

  /** How many are in a cohort. */
  async count(name: string, range?: MemberRange): Promise<number> {
    const answer = await this.#ask<{ total: number }>('GET', `/${name}/members`, { params: { ...range, limit: 1 } });
    return answer.total;
  }

  /** Who is in a cohort, as a file. */
  members(name: string, format: MemberFormat, range?: MemberRange): Promise<Blob> {
    return this.#ask<Blob>('GET', `/${name}/members`, { params: { ...range, format }, responseType: 'blob' });
  }

  /** Tells the webhooks that have the cohort who is in it. */
  async push(name: string): Promise<PushedTo[]> {
    return (await this.#ask<{ pushed: PushedTo[] }>('POST', `/${name}/push`, { data: {} })).pushed;
  }

  async #ask<T>(method: string, path: string, options: Partial<BackendSrvRequest> = {}): Promise<T> {
    const url = `/api/datasources/uid/${encodeURIComponent(this.uid)}/resources/cohorts${path}`;
    const quiet = { showErrorAlert: false, showSuccessAlert: false };
    try {
      return (await lastValueFrom(getBackendSrv().fetch<T>({ ...options, ...quiet, method, url }))).data;
    } catch (error) {
      throw new Error(await messageOf(error), { cause: error });
    }
  }
}

interface Refusal {
  message?: string;
  error?: string | { message?: string; code?: string };
}

/** What was refused, in words: Grafana's server, the forwarder and the companion each have a form of their own. */
async function messageOf(thrown: unknown): Promise<string> {
  const { status, statusText, data, message } = thrown as {
    status?: number;
    statusText?: string;
    data?: unknown;
    message?: string;
  };
  const { message: told, error } = await refusalOf(data);
  const said = told || (typeof error === 'string' ? error : error?.message) || message || statusText;
  const code = typeof error === 'object' ? error.code : undefined;
  if (status === 403 || code === 'APITRAIL_FORBIDDEN' || said?.includes('APITRAIL_FORBIDDEN')) {
    return `You may not change cohorts here: that takes an Editor or Admin, and a key of the data source with the scopes query and admin. ${said ?? ''}`.trim();
  }
  return said || `The server answered with status ${status ?? 0}.`;
}

/** A file was asked for, and so the refusal comes as one, too. */
async function refusalOf(data: unknown): Promise<Refusal> {
  try {
    return ((data instanceof Blob ? JSON.parse(await data.text()) : data) as Refusal | undefined) ?? {};
  } catch {
    return {};
  }
}
