import { ApitrailError, type ErrorBody } from '@apitrail/contract';

/**
 * The coded error for what Fastify, a handler or Node threw. What a fault says, such as the engine's words with the path of a
 * file, is for the log and not for who asked.
 */
export function toApitrailError(error: unknown): ApitrailError {
  if (error instanceof ApitrailError && error.code !== 'APITRAIL_INTERNAL') {
    return error;
  }
  const { code, message } = error as { code?: string; message?: string };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApitrailError('APITRAIL_BODY_TOO_LARGE', 'The body is larger than limits.request_bytes allows.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApitrailError(
        'APITRAIL_UNSUPPORTED_MEDIA_TYPE',
        'The body must be JSON: send the header "Content-Type: application/json".',
        {
          where: 'Content-Type',
        }
      );
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new ApitrailError('APITRAIL_BAD_REQUEST', 'The body is empty; it must be JSON.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new ApitrailError('APITRAIL_BAD_REQUEST', 'The body is not as long as its Content-Length says.');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new ApitrailError('APITRAIL_BAD_REQUEST', `The body is not valid JSON: ${message ?? ''}`);
  }
  if (error instanceof SyntaxError && (error as { statusCode?: number }).statusCode === 400) {
    return new ApitrailError('APITRAIL_BAD_REQUEST', `The body is not valid JSON: ${error.message}.`);
  }
  return new ApitrailError(
    'APITRAIL_INTERNAL',
    'A fault in Apitrail. The log of the companion has more, under the id of this request.',
    {
      cause: error,
    }
  );
}

/** Body of the answer to a refused request. */
export function errorBody(error: ApitrailError): ErrorBody {
  return { error: { code: error.code, message: error.message, ...(error.where ? { where: error.where } : {}) } };
}
