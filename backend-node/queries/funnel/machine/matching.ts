import type { FunnelEvent } from './event';

/** A request that serves a step, and the steps it might serve instead. */
interface Service {
  event: FunnelEvent;
  steps: number;
  step: number;
}

/**
 * Which request serves which step, one request one step: a bipartite matching that is made larger along augmenting paths
 * (H. W. Kuhn, The Hungarian method, 1955). A request that once serves a step goes on to serve one.
 */
export class Matching {
  private services: Service[] = [];

  /** Requests that serve a step. */
  get events(): FunnelEvent[] {
    return this.services.map(({ event }) => event);
  }

  /** Whether the request serves a step. */
  uses(event: FunnelEvent): boolean {
    return this.services.some((service) => service.event === event);
  }

  /** Mask of the steps that are served. */
  get served(): number {
    return this.services.reduce((mask, { step }) => mask | (1 << step), 0);
  }

  /** The request that serves the step. */
  eventOf(step: number): FunnelEvent | undefined {
    return this.services.find((service) => service.step === step)?.event;
  }

  /**
   * Serves one more step with one of the requests, which may serve the steps of `allowed`; what serves steps already may change
   * places. False, and nothing has changed, when there is no way.
   */
  serve(step: number, events: readonly FunnelEvent[], allowed: number): boolean {
    const free = events.filter((event) => !this.uses(event));
    return this.augment(step, free, allowed, new Set());
  }

  private augment(step: number, free: readonly FunnelEvent[], allowed: number, tried: Set<Service>): boolean {
    const bit = 1 << step;
    const event = free.find(({ steps }) => (steps & allowed & bit) !== 0);
    if (event) {
      this.services.push({ event, steps: event.steps & allowed, step });
      return true;
    }
    for (const service of this.services) {
      if ((service.steps & bit) === 0 || service.step === step || tried.has(service)) {
        continue;
      }
      tried.add(service);
      if (this.augment(service.step, free, allowed, tried)) {
        service.step = step;
        return true;
      }
    }
    return false;
  }

  /** Lets the requests of these serve further steps too. */
  widen(events: readonly FunnelEvent[], allowed: number): void {
    for (const service of this.services) {
      if (events.includes(service.event)) {
        service.steps |= service.event.steps & allowed;
      }
    }
  }

  copy(): Matching {
    const copy = new Matching();
    copy.services = this.services.map((service) => ({ ...service }));
    return copy;
  }
}
