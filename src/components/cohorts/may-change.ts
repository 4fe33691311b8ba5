import { config } from '@grafana/runtime';

/** Whether the person may save and delete cohorts, as far as their role says: the companion has the last word. */
export function mayChangeCohorts(): boolean {
  const { orgRole, isGrafanaAdmin } = config.bootData?.user ?? {};
  return orgRole === 'Editor' || orgRole === 'Admin' || isGrafanaAdmin === true;
}
