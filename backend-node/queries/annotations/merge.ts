import type { Annotation } from './annotation';

/** How far a deploy may be seen from when it was posted: before its end comes the pipeline, after it the first request. */
export const APART_MS = 86_400_000;

/**
 * Posted annotations, and the deploys seen in the requests that none of them tells of. A posted deploy of the same service
 * and version is told in its own words; where it has no end, it ends when the version before was last seen.
 */
export function mergeDeploys(posted: readonly Annotation[], seen: readonly Annotation[]): Annotation[] {
  const told = new Map<Annotation, Annotation>();
  for (const deploy of seen) {
    const match = closest(posted, deploy);
    if (match) {
      told.set(deploy, match);
    }
  }
  const merged = posted.map((annotation) => {
    const ends = [...told].flatMap(([deploy, match]) => (match === annotation ? (deploy.timeEnd ?? []) : []));
    const timeEnd = annotation.timeEnd ?? (ends.length === 0 ? undefined : Math.max(annotation.time, ...ends));
    return { ...annotation, timeEnd };
  });
  return [...merged, ...seen.filter((deploy) => !told.has(deploy))];
}

function closest(posted: readonly Annotation[], deploy: Annotation): Annotation | undefined {
  return posted
    .filter((annotation) => isOf(annotation, deploy) && distance(annotation, deploy) <= APART_MS)
    .reduce<Annotation | undefined>(
      (best, annotation) => (best && distance(best, deploy) <= distance(annotation, deploy) ? best : annotation),
      undefined
    );
}

/** A posted deploy without an environment is one of all of them. */
function isOf({ kind, service, environment, serviceVersion }: Annotation, deploy: Annotation): boolean {
  return (
    kind === 'deploy' &&
    serviceVersion === deploy.serviceVersion &&
    service === deploy.service &&
    (environment === null || environment === deploy.environment)
  );
}

/** From a deploy to the time from the beginning to the end of an annotation; 0 within it. */
function distance({ time, timeEnd = time }: Annotation, deploy: Annotation): number {
  return Math.max(time - deploy.time, deploy.time - timeEnd, 0);
}
