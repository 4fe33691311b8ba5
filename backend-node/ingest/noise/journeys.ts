import type { RequestRecord } from '../normalise';

/** Sessions, and customers, that are remembered; about 150 bytes each. */
const MOST = 2 ** 17;
const NAME = 12;
const LOT = 8;

/**
 * What is remembered, as keyed hashes: of a session its name, lot and customer, if any, of a customer name and lot, one
 * behind the other. What was seen last comes last.
 */
export interface JourneyState {
  sessions: string[];
  customers: string[];
}

/** Gives 128 bits of a keyed hash, in base64url. */
export type UnitHash = (unit: string) => string;

interface Session {
  lot: string;
  /** The first customer it had. */
  customer: string | undefined;
}

/**
 * Draws lots for journeys, so that what belongs together stays or goes together. A session has one lot from its first
 * request on: its customer’s when it begins with one, else its own. A customer has the lot of the session he was first seen
 * in. So a login or logout does not cut a session in two, and all sessions that begin with a customer share a lot; only
 * one that begins without him, when he has a lot already, has its own. Whoever comes second into a session has nothing of
 * it: else a session name that all share, such as "-", would bind all to one lot. Whose lot it is never depends on what the
 * lots are: any request is kept with the same probability.
 */
export class Journeys {
  private readonly sessions = new Map<string, Session>();
  private readonly customers = new Map<string, string>();

  constructor(
    private readonly hash: UnitHash,
    state?: JourneyState | null,
    private readonly most = MOST
  ) {
    for (const text of state?.sessions ?? []) {
      const customer = text.slice(NAME + LOT) || undefined;
      this.sessions.set(text.slice(0, NAME), { lot: text.slice(NAME, NAME + LOT), customer });
    }
    for (const text of state?.customers ?? []) {
      this.customers.set(text.slice(0, NAME), text.slice(NAME));
    }
  }

  /** The lot of a request, a share of all from 0 to below 1; undefined when it has neither customer nor session. */
  lotOf({ customer, session }: Pick<RequestRecord, 'customer' | 'session'>): number | undefined {
    if (customer === undefined && session === undefined) {
      return undefined;
    }
    const who = customer === undefined ? undefined : this.hash(customer).slice(0, NAME);
    const lot = session === undefined ? this.ofCustomer(who!) : this.ofSession(this.hash(session).slice(0, NAME), who);
    return Buffer.from(lot, 'base64url').readUIntBE(0, 6) / 2 ** 48;
  }

  state(): JourneyState {
    return {
      sessions: [...this.sessions].map(([name, { lot, customer = '' }]) => name + lot + customer),
      customers: [...this.customers].map(([name, lot]) => name + lot),
    };
  }

  private ofSession(name: string, who: string | undefined): string {
    const session = this.sessions.get(name) ?? { lot: who ? this.ofCustomer(who) : name.slice(0, LOT), customer: who };
    session.customer ??= who;
    this.remember(this.sessions, name, session);
    if (who === undefined) {
      return session.lot;
    }
    if (session.customer !== who) {
      return this.ofCustomer(who);
    }
    this.ofCustomer(who, session.lot);
    return session.lot;
  }

  /** The lot of a customer, which is the one given when he is seen for the first time. */
  private ofCustomer(name: string, first = name.slice(0, LOT)): string {
    const lot = this.customers.get(name) ?? first;
    this.remember(this.customers, name, lot);
    return lot;
  }

  private remember<T>(map: Map<string, T>, name: string, value: T): void {
    map.delete(name);
    map.set(name, value);
    if (map.size > this.most) {
      map.delete(map.keys().next().value!);
    }
  }
}
