import type { DatasetInfo, KeyInfo, SqlSchema, ValueInfo, ValuesRequest } from '@apitrail/contract';

/** The two calls that reach the companion's resources through Grafana. */
export interface ResourceClient {
  getResource<T>(path: string, params?: Record<string, string>): Promise<T>;
  postResource<T>(path: string, data?: unknown): Promise<T>;
}

/** How long an answer is good for: long enough for a person filling in a form. */
const FRESH_MS = 60_000;

/** What the companion knows that editors and filters suggest: keys, values and datasets. Answers are kept for a minute. */
export class Resources {
  readonly #client: ResourceClient;
  readonly #answers = new Map<string, { until: number; answer: Promise<unknown> }>();

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** Keys that filters and group-bys may use in the dataset. */
  keys(dataset?: string): Promise<KeyInfo[]> {
    return this.#cached(`keys ${dataset ?? ''}`, () =>
      this.#client.getResource<KeyInfo[]>('keys', dataset ? { dataset } : undefined)
    );
  }

  /** Values of a key, most frequent first. */
  values(request: ValuesRequest): Promise<ValueInfo[]> {
    return this.#cached(`values ${JSON.stringify(request)}`, () =>
      this.#client.postResource<ValueInfo[]>('values', request)
    );
  }

  /** What SQL over the dataset may name. */
  sqlSchema(dataset?: string): Promise<SqlSchema> {
    return this.#cached(`sql-schema ${dataset ?? ''}`, () =>
      this.#client.getResource<SqlSchema>('sql-schema', dataset ? { dataset } : undefined)
    );
  }

  datasets(): Promise<DatasetInfo[]> {
    return this.#cached('datasets', () => this.#client.getResource<DatasetInfo[]>('datasets'));
  }

  /** Asks anew for everything: something has been saved. */
  forget(): void {
    this.#answers.clear();
  }

  #cached<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const now = Date.now();
    for (const [key, { until }] of this.#answers) {
      if (until <= now) {
        this.#answers.delete(key);
      }
    }
    const kept = this.#answers.get(name);
    if (kept) {
      return kept.answer as Promise<T>;
    }
    const answer = ask();
    this.#answers.set(name, { until: now + FRESH_MS, answer });
    answer.catch(() => this.#answers.delete(name));
    return answer;
  }
}
