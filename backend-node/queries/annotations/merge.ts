import type { Annotation } from './annotation';

/** How far a deploy may be seen from when it was posted: before its end comes the pipeline, after it the first request. */
export const APART_MS = 86_400_000;

/**
 * Posted annotations, and the deploys seen in the requests that none of them tells of. A posted deploy of the same service
 * and version is told in its own words; where it has no end, it ends when the version before was last seen.
 */
export function mergeDeploys(posted: readonly Annotation[], seen: readonly Annotation[]): Annotation[] {
  const ofVersion = byVersion(posted);
  const told = new Set<Annotation>();
  const ends = new Map<Annotation, number>();
  for (const deploy of seen) {
    const match = closest(ofVersion.get(versionOf(deploy)) ?? [], deploy);
    if (match) {
      told.add(deploy);
      if (deploy.timeEnd !== undefined) {
        ends.set(match, Math.max(match.time, ends.get(match) ?? 0, deploy.timeEnd));
      }
    }
  }
  return [
    ...posted.map((annotation) => ({ ...annotation, timeEnd: annotation.timeEnd ?? ends.get(annotation) })),
    ...seen.filter((deploy) => !told.has(deploy)),
  ];
}

/** Posted deploys of each version of a service. */
function byVersion(posted: readonly Annotation[]): Map<string, Annotation[]> {
  const found = new Map<string, Annotation[]>();
  for (const annotation of posted.filter(({ kind }) => kind === 'deploy')) {
    const same = found.get(versionOf(annotation)) ?? [];
    same.push(annotation);
    found.set(versionOf(annotation), same);
  }
  return found;
}

function versionOf({ service, serviceVersion }: Annotation): string {
  return JSON.stringify([service, serviceVersion]);
}

function closest(posted: readonly Annotation[], deploy: Annotation): Annotation | undefined {
  return posted
    .filter((annotation) => isIn(annotation, deploy) && distance(annotation, deploy) <= APART_MS)
    .reduce<Annotation | undefined>(
      (best, annotation) => (best && distance(best, deploy) <= distance(annotation, deploy) ? best : annotation),
      undefined
    );
}

/** A posted deploy without an environment is one of all of them. */
function isIn({ environment }: Annotation, deploy: Annotation): boolean {
  return environment === null || environment === deploy.environment;
}

/** From a deploy to the time from the beginning to the end of an annotation; 0 within it. */
function distance({ time, timeEnd = time }: Annotation, deploy: Annotation): number {
  return Math.max(time - deploy.time, deploy.time - timeEnd, 0);
}
