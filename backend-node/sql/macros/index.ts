export { expandMacros } from './expand';
export { MACROS, type MacroDescription } from './macros';
export type { ExpandedSql, MacroOptions } from './options';
