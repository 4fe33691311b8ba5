import React from 'react';
import type { Health } from '@apitrail/contract';
import { initPluginTranslations } from '@grafana/i18n';
import { getBackendSrv } from '@grafana/runtime';
import { createRoot } from 'react-dom/client';

import { CohortsPage } from './cohorts/CohortsPage';
import { App } from './components/App';
import { EditorPage } from './editor/EditorPage';
import { registerOptionEditors } from './host/option-editors';
import { startServices } from './host/services';

async function start(): Promise<void> {
  await initPluginTranslations('apitrail-playground');
  registerOptionEditors();
  const dataSource = startServices();
  const root = document.getElementById('root')!;
  try {
    const health = await getBackendSrv().get<Health>('/api/health');
    const newest = Math.max(0, ...health.datasets.map((dataset) => dataset.newest ?? 0));
    const Page = pageAt(location.pathname);
    createRoot(root).render(<Page dataSource={dataSource} newest={newest} />);
  } catch (error) {
    const { data } = error as { data?: { message?: string } };
    root.textContent = `The companion does not answer. ${data?.message ?? ''} Start both with npm start.`;
  }
}

/** The page of an address; that of the cohorts may be named as in Grafana, too. */
function pageAt(path: string) {
  if (path === '/editor') {
    return EditorPage;
  }
  return path.endsWith('/cohorts') ? CohortsPage : App;
}

void start();
