import { filterPath } from './filter-path';
import { plainStatus, type ProtocolReply, type ProtocolRequest, type Refusal, type RefusedRequest } from '../protocol';

/** Without it the official clients refuse to talk to a server. */
const PRODUCT = { 'x-elastic-product': 'Elasticsearch' };

type Asked = Pick<ProtocolRequest, 'header'> & Partial<Pick<ProtocolRequest, 'query'>>;

/** An answer with a JSON body, in the media type of Elasticsearch’s that the client asked for. */
export function elasticReply(
  request: Asked,
  body: object,
  status = 200,
  headers: Readonly<Record<string, string>> = {}
): ProtocolReply {
  const compatible = /application\/vnd\.elasticsearch\+json; ?compatible-with=(\d{1,2})/.exec(
    request.header('accept') ?? ''
  );
  const paths = request.query?.filter_path;
  const shown = paths === undefined || status >= 400 ? body : filterPath(body, paths);
  return {
    status,
    headers: { ...PRODUCT, ...headers },
    type: compatible ? `application/vnd.elasticsearch+json;compatible-with=${compatible[1]}` : 'application/json',
    body: JSON.stringify(shown, null, request.query?.pretty === undefined || request.query.pretty === 'false' ? 0 : 2),
  };
}

/** An error as Elasticsearch words it. */
export function elasticError(type: string, reason: string): { type: string; reason: string } {
  return { type, reason };
}

/**
 * Says no in Elasticsearch’s form: what is to be sent again has 429, which all its clients do. Of a method that an address
 * does not take Elasticsearch has only a text.
 */
export function elasticRefusal(refusal: Refusal, request: RefusedRequest): ProtocolReply {
  if (refusal.code === 'APITRAIL_METHOD_NOT_ALLOWED') {
    return elasticReply(request, { error: refusal.message, status: refusal.status }, refusal.status);
  }
  const status = refusal.code === 'APITRAIL_STOPPING' || refusal.status !== 503 ? plainStatus(refusal) : 429;
  const error = elasticError(typeOf(refusal), `${refusal.message} [${refusal.code}]`);
  return elasticReply(request, { error: { root_cause: [error], ...error }, status }, status);
}

/** Name of an exception of Elasticsearch for a refusal. */
export function typeOf({ code, status }: Pick<Refusal, 'code' | 'status'>): string {
  switch (status) {
    case 401:
    case 403:
      return 'security_exception';
    case 404:
      return 'resource_not_found_exception';
    case 413:
      return 'content_too_long_exception';
    case 429:
    case 503:
      return code === 'APITRAIL_DISK_FULL'
        ? 'cluster_block_exception'
        : code === 'APITRAIL_STOPPING'
          ? 'node_closed_exception'
          : 'es_rejected_execution_exception';
    case 500:
      return 'exception';
    default:
      return 'illegal_argument_exception';
  }
}
