import { ApitrailError, parseQuery, type CustomersQuery, type FunnelQuery, type PathsQuery } from '@apitrail/contract';

/** What a funnel within another query takes over from it. */
type Around = Pick<CustomersQuery | PathsQuery, 'refId' | 'dataset' | 'filters' | 'timezone' | 'unit' | 'identity'>;

/**
 * The query of a funnel that is the field `funnel` of another query, with that one's units and filters. Throws an ApitrailError
 * that names the field within `funnel`.
 */
export function innerFunnel(query: Around, definition: object): FunnelQuery {
  const { refId, dataset, filters, timezone, unit, identity } = query;
  try {
    return parseQuery({
      ...{ refId, dataset, filters, timezone, unit, identity },
      ...definition,
      queryType: 'funnel',
    }) as FunnelQuery;
  } catch (error) {
    if (error instanceof ApitrailError) {
      throw new ApitrailError(error.code, `funnel.${error.message}`, {
        where: `funnel.${error.where ?? ''}`,
        cause: error,
      });
    }
    throw error;
  }
}
