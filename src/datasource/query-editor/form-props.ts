import type { QueryType } from '@apitrail/contract';
import type { ComponentType } from 'react';

import type { ApitrailQueryOf } from '../types';

/** Changes some fields of a query; a field set to undefined gets its default. Runs the query unless told not to. */
export type Change<Q> = (patch: Partial<Q>, options?: { run?: boolean }) => void;

export interface FormProps<T extends QueryType> {
  query: ApitrailQueryOf<T>;
  onChange: Change<ApitrailQueryOf<T>>;
}

/** A query type in the editor. */
export interface QueryTypeForm<T extends QueryType> {
  type: T;
  label: string;
  /** One sentence: what the type answers. */
  description: string;
  /** What a new query of the type starts with, where the contract's defaults are not enough. */
  initial: Partial<ApitrailQueryOf<T>>;
  Form: ComponentType<FormProps<T>>;
}
