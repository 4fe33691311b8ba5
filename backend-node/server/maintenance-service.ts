import { setPriority } from 'node:os';

import { PushLoop } from '../cohorts/webhook/push-loop';
import { Maintenance } from '../maintenance/maintenance';
import type { Service, ServiceContext } from './child-process';

/** Tidying gives way to whoever takes in and answers. */
const PRIORITY = 10;

/** Starts looking after the lake, and telling webhooks who is in cohorts. It listens to nobody. */
export function startMaintenanceService({ settings, log }: ServiceContext): Promise<Service> {
  try {
    setPriority(PRIORITY);
  } catch (error) {
    log.debug({ err: error }, 'the priority of maintenance was not lowered');
  }
  const maintenance = new Maintenance(settings, log);
  if (settings.maintenance.enabled) {
    maintenance.start();
  }
  const pushes = new PushLoop(settings, log.child({ part: 'cohorts' }));
  pushes.start();
  return Promise.resolve({
    listen: undefined,
    report: async () => ({
      metrics: await maintenance.metrics.registry.getMetricsAsJSON(),
      problems: [...maintenance.problems(), ...pushes.problems()],
      ready: true,
    }),
    stop: async () => {
      await Promise.all([pushes.stop(), maintenance.stop()]);
    },
  });
}
