import { type BackendSrv, type BackendSrvRequest, config, setBackendSrv } from '@grafana/runtime';
import { of, throwError } from 'rxjs';

export type Answers = Record<string, unknown>;

/** What the data source's server answers, by method and path below `cohorts`; and what was asked of it, in order. */
export function serveCohorts(answers: Answers): BackendSrvRequest[] {
  const asked: BackendSrvRequest[] = [];
  setBackendSrv({
    fetch: (request: BackendSrvRequest) => {
      asked.push(request);
      const path = request.url.replace('/api/datasources/uid/lake/resources/cohorts', '');
      const answer = answers[`${request.method} ${path}`.trim()];
      const refusal = answer as { status?: number } | undefined;
      return refusal?.status === undefined ? of({ data: answer }) : throwError(() => refusal);
    },
  } as unknown as BackendSrv);
  return asked;
}

/** Who looks at the page. */
export function actAs(orgRole: 'Viewer' | 'Editor'): void {
  config.bootData = { ...config.bootData, user: { ...config.bootData?.user, orgRole } } as typeof config.bootData;
}
