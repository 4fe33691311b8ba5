import '../public-path';

import { DataSourcePlugin } from '@grafana/data';

import { ApitrailDataSource } from './apitrail-data-source';
import { ConfigEditor } from './config-editor/LazyConfigEditor';
import { QueryEditor } from './query-editor/LazyQueryEditor';
import type { ApitrailOptions, ApitrailQuery, ApitrailSecureOptions } from './types';

export const plugin = new DataSourcePlugin<ApitrailDataSource, ApitrailQuery, ApitrailOptions, ApitrailSecureOptions>(
  ApitrailDataSource
)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
