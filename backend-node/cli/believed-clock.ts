import { ApitrailError } from '@apitrail/contract';

/**
 * Looks at the clock before something is deleted by age, and notes what was seen. Throws APITRAIL_USAGE while it is not
 * believed.
 */
export async function assertClock(lake: string): Promise<void> {
  const { ClockGuard } = await import('../lake/maintenance/clock-guard');
  const { hold } = await new ClockGuard(lake).look();
  if (hold > 0) {
    throw new ApitrailError(
      'APITRAIL_USAGE',
      `The clock of this machine was set by much since maintenance of ${lake} last saw it, or nobody saw it for more than a day, so nothing is deleted by age. Look at the clock (now it is ${new Date().toISOString()}), then add --force.`,
      { where: '--force' }
    );
  }
}
