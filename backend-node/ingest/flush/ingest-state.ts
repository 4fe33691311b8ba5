import { ApitrailError } from '@apitrail/contract';

import type { JourneyState } from '../noise';
import type { RouteState } from '../routes';
import { Breath } from '../rows/breathe';
import type { SessionState } from '../sessions';

/** What ingest must remember to go on where a commit left it, beside the names of what was taken in. */
export interface IngestState {
  sessions: SessionState | null;
  routes: RouteState | null;
  /** What sampling has decided. */
  journeys?: JourneyState | null;
}

const FORMAT = 1;
const CLIENTS_PER_LOOK = 1000;

/** A state as text, in pieces: clients may be many. Others have turns meanwhile, so nothing may change it until it ends. */
export async function serialiseIngestState({ sessions, routes, journeys = null }: IngestState): Promise<Buffer> {
  const breath = new Breath();
  const pieces: Buffer[] = [];
  const put = async (text: string): Promise<void> => {
    pieces.push(Buffer.from(text));
    if (breath.due) {
      await breath.take();
    }
  };
  await put(`{"format":${FORMAT},"routes":${JSON.stringify(routes)},`);
  await put(`"journeys":${JSON.stringify(journeys)},"sessions":`);
  if (sessions === null) {
    await put('null}');
    return Buffer.concat(pieces);
  }
  const { clients, ...rest } = sessions;
  await put(`${JSON.stringify(rest).slice(0, -1)},"clients":[`);
  for (let at = 0; at < clients.length; at += CLIENTS_PER_LOOK) {
    const some = JSON.stringify(clients.slice(at, at + CLIENTS_PER_LOOK)).slice(1, -1);
    await put(at === 0 ? some : `,${some}`);
  }
  await put(']}}');
  return Buffer.concat(pieces);
}

/** Reads a state. Throws APITRAIL_BAD_FILE when it is damaged or of a newer Apitrail. */
export function parseIngestState(text: string, where: string): IngestState {
  let value: (IngestState & { format?: number }) | undefined;
  try {
    value = JSON.parse(text) as IngestState & { format?: number };
  } catch (cause) {
    throw new ApitrailError('APITRAIL_BAD_FILE', `${where} is damaged: it is not JSON. Remove it and start again.`, {
      where,
      cause,
    });
  }
  if (value.format !== FORMAT) {
    throw new ApitrailError(
      'APITRAIL_BAD_FILE',
      `${where} was written by another version of Apitrail (format ${value.format}).`,
      { where }
    );
  }
  const { sessions, routes, journeys = null } = value;
  return { sessions, routes, journeys };
}
