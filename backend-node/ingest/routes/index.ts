export {
  RouteAssigner,
  type Assignment,
  type AssignerOptions,
  type RouteRow,
  type RouteSource,
  type RouteState,
} from './assigner';
export { DocumentCatalog } from './declared/catalog';
export { CatalogWatch } from './declared/catalog-watch';
export type { DeclaredDocument, DeclaredRoute } from './declared/declared-route';
export type { RouteCodes, RouteKeys } from './route-keys';
export { routeRuleSchema, routesConfigSchema, type RouteRule, type RoutesConfig } from './rules';
export { UNMATCHED } from './classifier/service';
