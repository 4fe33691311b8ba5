export { RouteAssigner, type Assignment, type RouteRow, type RouteState } from './assigner';
export { routeRuleSchema, routesConfigSchema, type RouteRule, type RoutesConfig } from './rules';
export { UNMATCHED } from './classifier/service';
