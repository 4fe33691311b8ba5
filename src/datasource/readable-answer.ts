import { type DataQueryError, type DataQueryResponse, LoadingState } from '@grafana/data';

const NO_ANSWER = 'No answer came: the server or the way to it is down, or a page to sign in to stands before it.';

/**
 * An answer whose failures can be shown. Grafana takes a connection that broke, or a page that came in place of the data, for
 * an answer without frames, and whatever a proxy sends as the text of an error. The companion answers every query with a
 * frame.
 * @param asked How many queries were sent.
 */
export function readableAnswer(response: DataQueryResponse, asked: number): DataQueryResponse {
  // Grafana gives a failure of the whole request as `error` alone.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const { error: whole, errors = whole ? [whole] : [] } = response;
  if (errors.length > 0) {
    const readable = errors.map((error) => ({ ...error, message: errorText(error) }));
    return { ...response, error: readable[0], errors: readable };
  }
  if (asked === 0 || response.data.length > 0 || (response.state ?? LoadingState.Done) !== LoadingState.Done) {
    return response;
  }
  const error: DataQueryError = { message: NO_ANSWER };
  return { ...response, state: LoadingState.Error, error, errors: [error] };
}

/** What an error says: also one whose text is an object, or a page. */
function errorText({ message, data, status, statusText }: DataQueryError): string {
  const answered = [status, statusText].filter(Boolean).join(' ');
  for (const text of [message, data?.message, data?.error] as unknown[]) {
    const said = typeof text === 'object' ? (text as { message?: unknown } | null)?.message : text;
    if (typeof said === 'string' && said.trim() !== '') {
      return /^\s*</.test(said)
        ? `The server, or a proxy before it, answered${answered && ` ${answered}`} with a page in place of data.`
        : said;
    }
  }
  return answered ? `The server, or a proxy before it, answered ${answered}.` : NO_ANSWER;
}
