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

/** Says no in Elasticsearch’s form: what is to be sent again has 429, which all its clients do. */
export function elasticRefusal(refusal: Refusal, request: RefusedRequest): ProtocolReply {
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

/** What `filter_path` keeps of an answer: paths with `*` for any name and `**` for any way. Exclusions keep everything. */
export function filterPath(body: object, filter: string): object {
  const paths = filter.split(',').map((path) => path.trim().split('.'));
  if (paths.some(([first = '']) => first.startsWith('-') || first === '') || paths.length > 20) {
    return body;
  }
  return (kept(body, paths) as object | undefined) ?? {};
}

function kept(value: unknown, paths: string[][]): unknown {
  if (paths.some((path) => path.length === 0)) {
    return value;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => kept(item, paths)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const fields = Object.entries(value).flatMap(([name, inner]): Array<[string, unknown]> => {
    const further = paths.flatMap((path) => {
      const [head = '', ...tail] = path;
      return head === '**'
        ? [path, ...(fits(tail[0] ?? '', name) ? [tail.slice(1)] : [])]
        : fits(head, name)
          ? [tail]
          : [];
    });
    const rest = further.length > 0 ? kept(inner, further) : undefined;
    return rest === undefined ? [] : [[name, rest]];
  });
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

function fits(pattern: string, name: string): boolean {
  return pattern === '*' || pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)));
}
