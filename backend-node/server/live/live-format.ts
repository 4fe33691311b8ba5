import type { LiveMessage } from '@apitrail/contract';

/** How the messages of a live stream are written. */
export interface LiveFormat {
  contentType: string;
  write(message: LiveMessage): string;
}

const NDJSON: LiveFormat = {
  contentType: 'application/x-ndjson; charset=utf-8',
  write: (message) => `${JSON.stringify(message)}\n`,
};

/** Server-Sent Events: the event is the message’s type, its data the message. JSON has no line breaks of its own. */
const EVENTS: LiveFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  write: (message) => `event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`,
};

/** The format that an `Accept` header asks for: Server-Sent Events where it names them, as browsers do, else NDJSON. */
export function liveFormatFor(accept: string | undefined): LiveFormat {
  return /\btext\/event-stream\b/i.test(accept ?? '') ? EVENTS : NDJSON;
}
