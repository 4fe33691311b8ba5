import type { QueryType } from '@apitrail/contract';
import type { ComponentType } from 'react';

import type { ApitrailQuery } from '../../types';
import type { Change, QueryTypeForm } from '../form-props';
import { annotationsForm } from './AnnotationsForm';
import { customersForm } from './CustomersForm';
import { endpointsForm } from './EndpointsForm';
import { errorsForm } from './ErrorsForm';
import { funnelForm } from './FunnelForm';
import { heatmapForm } from './HeatmapForm';
import { pathsForm } from './PathsForm';
import { requestsForm } from './RequestsForm';
import { retentionForm } from './RetentionForm';
import { sqlForm } from './SqlForm';
import { trafficForm } from './TrafficForm';
import { valuesForm } from './ValuesForm';

/** Every query type's form, in the order the editor offers them. */
export const QUERY_TYPE_FORMS: { readonly [T in QueryType]: QueryTypeForm<T> } = {
  traffic: trafficForm,
  endpoints: endpointsForm,
  heatmap: heatmapForm,
  funnel: funnelForm,
  paths: pathsForm,
  retention: retentionForm,
  customers: customersForm,
  errors: errorsForm,
  requests: requestsForm,
  values: valuesForm,
  annotations: annotationsForm,
  sql: sqlForm,
};

/** A form that has been handed the query of its own type. */
export type AnyForm = ComponentType<{ query: ApitrailQuery; onChange: Change<ApitrailQuery> }>;
