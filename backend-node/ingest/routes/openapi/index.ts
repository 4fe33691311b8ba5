export { readOpenApi, type OpenApiDocument, type ReadOpenApiOptions } from './read-openapi';
