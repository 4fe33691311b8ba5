import { basename } from 'node:path';

import type { Mapping } from '../formats';
import type { CompanionClient } from '../send/companion-client';
import type { Extent } from './follower';
import { deliveredBefore, type Delivery, type Sink } from './sink';

/** What is said of all lines that are sent. */
export interface LineContext {
  service: string | undefined;
  environment: string | undefined;
  /** The log’s times are those of the end of requests. */
  timeIsEnd: boolean | undefined;
  mapping: Mapping | undefined;
}

/** What the decoder of lines must know of a piece, beside its body. */
export function lineParamsOf(
  extent: Pick<Extent, 'format'>,
  path: string,
  context: LineContext
): Record<string, string> {
  const { service, environment, timeIsEnd, mapping } = context;
  return {
    format: extent.format,
    source: basename(path),
    ...(service === undefined ? {} : { service }),
    ...(environment === undefined ? {} : { environment }),
    ...(timeIsEnd === undefined ? {} : { timeIsEnd: String(timeIsEnd) }),
    ...(mapping === undefined ? {} : { map: JSON.stringify(mapping) }),
  };
}

/** The path, relative to the listener, that lines with these parameters are posted to. */
export function linesAddress(params: Readonly<Record<string, string>>): string {
  const { format = 'auto', ...rest } = params;
  const described = /^(nginx|apache):([\s\S]+)$/.exec(format);
  // Lines are kept as dead letters where not one of a piece can be read: a piece may be a single line.
  const query = new URLSearchParams({ ...rest, ...(described ? { format: described[2]! } : {}), rejects: 'keep' });
  return `ingest/${encodeURIComponent(described ? described[1]! : format)}?${query.toString()}`;
}

/** Sends logs to the ingest listener of a companion. */
export class HttpSink implements Sink {
  constructor(
    private readonly client: CompanionClient,
    private readonly context: LineContext
  ) {}

  get name(): string {
    return this.client.name;
  }

  get retries(): number {
    return this.client.retries;
  }

  async send(extent: Extent, path: string, signal: AbortSignal): Promise<Delivery> {
    const address = linesAddress(lineParamsOf(extent, path, this.context));
    try {
      const answer = (await this.client.post(address, extent.body, extent.key, signal)) as {
        accepted?: number;
        rejected?: number;
        repeated?: boolean;
      };
      return { rows: answer.accepted ?? 0, rejected: answer.rejected ?? 0, repeated: answer.repeated ?? false };
    } catch (error) {
      return deliveredBefore(error);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
