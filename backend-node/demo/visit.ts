import type { Plan } from './incidents';
import type { Random } from './random';
import { respond, type RouteValues, type Visitor } from './respond';
import type { DemoRow } from './row';

const PAGES = ['shipping', 'returns', 'imprint', 'gift-cards', 'size-guide'] as const;
const SECOND = 1000;

/** What a visitor came for. */
export type Goal = 'browse' | 'buy' | 'account' | 'orders' | 'integrate';

/**
 * One visit: a session’s requests from its start, towards its goal. A visitor goes on only when what came before worked: a
 * failed payment is tried again at most twice, a failed step makes many leave.
 */
export class Visit {
  readonly rows: DemoRow[] = [];
  #time: number;
  readonly #visitor: Visitor;
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #values: Record<string, string> = {};

  constructor(start: number, visitor: Visitor, plan: Plan, random: Random) {
    this.#time = start;
    this.#visitor = visitor;
    this.#plan = plan;
    this.#random = random;
  }

  run(goal: Goal): DemoRow[] {
    switch (goal) {
      case 'browse':
        this.#browse(this.#random.integer(1, 5));
        break;
      case 'buy':
        this.#buy();
        break;
      case 'account':
        this.#account();
        break;
      case 'orders':
        this.#orders();
        break;
      case 'integrate':
        this.#integrate();
        break;
    }
    return this.rows;
  }

  /** Makes a request and says whether it succeeded. */
  #ask(name: string, values: RouteValues = this.#values): boolean {
    const rows = respond(name, this.#time, this.#visitor, values, this.#plan, this.#random);
    this.rows.push(...rows);
    const { status, duration_ms } = rows[0]!;
    this.#time += duration_ms + 20 + this.#random.exponential(60);
    return status !== undefined && status < 400;
  }

  /** Time a person reads before the next click. */
  #read(meanSeconds: number): void {
    this.#time += this.#random.exponential(meanSeconds * SECOND) + 300;
  }

  #land(): void {
    this.#ask('GET /api/navigation');
    this.#ask('GET /api/home');
    if (this.#random.chance(0.5)) {
      this.#ask('GET /api/banners');
    }
    if (this.#random.chance(0.3)) {
      this.#ask('GET /api/recommendations');
    }
    this.#read(12);
  }

  #look(products: number): boolean {
    const random = this.#random;
    let seen = false;
    for (let i = 0; i < products; i++) {
      if (i === 0 || random.chance(0.6)) {
        if (random.chance(0.3)) {
          this.#ask('GET /api/search/suggestions');
          this.#ask('GET /api/search');
        } else if (random.chance(0.35)) {
          this.#values.id = String(random.zipf(60) + 1);
          this.#ask('GET /api/categories');
          this.#ask('GET /api/categories/{id}/products');
        }
        this.#ask('GET /api/products');
        this.#read(18);
      }
      this.#values.id = String(random.zipf(4000) + 1);
      if (!this.#ask('GET /api/products/{id}')) {
        continue;
      }
      seen = true;
      this.#ask('GET /api/products/{id}/availability');
      if (random.chance(0.4)) {
        this.#ask('GET /api/products/{id}/reviews');
      }
      if (random.chance(0.25)) {
        this.#ask('GET /api/products/{id}/related');
      }
      this.#read(30);
    }
    return seen;
  }

  #browse(products: number): void {
    const random = this.#random;
    this.#land();
    this.#look(products);
    if (random.chance(0.06)) {
      this.#ask('GET /api/pages/{slug}', { slug: random.pick(PAGES) });
    }
    if (random.chance(0.03)) {
      this.#ask('GET /api/stores');
      this.#ask('GET /api/stores/{id}', { id: String(random.integer(1, 40)) });
    }
    if (random.chance(0.05)) {
      this.#ask('GET /api/brands');
      this.#ask('GET /api/brands/{id}', { id: String(random.zipf(120) + 1) });
    }
    if (random.chance(0.01)) {
      this.#ask('POST /api/newsletter');
    }
    if (random.chance(0.008)) {
      this.#ask('POST /api/feedback');
    }
  }

  #buy(): void {
    const random = this.#random;
    this.#land();
    if (!this.#look(random.integer(1, 4)) || !random.chance(0.62)) {
      return;
    }
    if (!this.#ask('POST /api/cart/items') && !(random.chance(0.5) && this.#ask('POST /api/cart/items'))) {
      return;
    }
    this.#ask('GET /api/cart');
    this.#read(25);
    this.#changeCart();
    if (!random.chance(0.66) || !this.#signIn() || !this.#ask('POST /api/checkout')) {
      return;
    }
    const checkout = { id: this.#random.hex(12) };
    this.#ask('GET /api/checkout/{id}', checkout);
    this.#ask('GET /api/me/addresses');
    this.#read(30);
    if (
      !this.#ask('PUT /api/checkout/{id}/address', checkout) &&
      !this.#ask('PUT /api/checkout/{id}/address', checkout)
    ) {
      return;
    }
    this.#ask('GET /api/cart/shipping-options');
    this.#ask('PUT /api/checkout/{id}/shipping', checkout);
    this.#ask('GET /api/payment-methods');
    this.#read(35);
    if (random.chance(0.9)) {
      this.#pay(checkout);
    }
  }

  #changeCart(): void {
    const random = this.#random;
    const line = { id: String(random.integer(1, 9)) };
    if (random.chance(0.2)) {
      this.#ask('PATCH /api/cart/items/{id}', line);
    }
    if (random.chance(0.08)) {
      this.#ask('DELETE /api/cart/items/{id}', line);
    }
    if (random.chance(0.16) && this.#ask('POST /api/cart/vouchers') && random.chance(0.1)) {
      this.#ask('DELETE /api/cart/vouchers/{code}', { code: `SAVE${random.integer(5, 30)}` });
    }
    if (random.chance(0.02)) {
      this.#ask('DELETE /api/cart');
    }
  }

  #pay(checkout: RouteValues): void {
    const random = this.#random;
    for (let attempt = 0; attempt < 3; attempt++) {
      if (this.#ask('POST /api/checkout/{id}/payment', checkout)) {
        const payment = { id: random.hex(16) };
        this.#ask('GET /api/payments/{id}', payment);
        this.#ask('POST /api/payments/{id}/capture', payment);
        this.#ask('GET /api/orders/{id}', { id: String(random.integer(100_000, 999_999)) });
        return;
      }
      if (!random.chance(0.5)) {
        return;
      }
      this.#read(15);
    }
  }

  /** Signs the visitor in, or up. Says whether that worked. */
  #signIn(): boolean {
    if (this.#visitor.signedIn) {
      return true;
    }
    const random = this.#random;
    const name = random.chance(0.16) ? 'POST /api/register' : 'POST /api/login';
    for (let attempt = 0; attempt < 3; attempt++) {
      if (this.#ask(name)) {
        this.#visitor.signedIn = true;
        this.#ask('GET /api/me');
        return true;
      }
      if (name === 'POST /api/login' && random.chance(0.2)) {
        this.#ask('POST /api/password-reset');
        return false;
      }
      this.#read(8);
    }
    return false;
  }

  #account(): void {
    const random = this.#random;
    if (!this.#signIn()) {
      return;
    }
    const steps: ReadonlyArray<readonly [string, number]> = [
      ['PATCH /api/me', 0.3],
      ['GET /api/me/addresses', 0.5],
      ['POST /api/me/addresses', 0.2],
      ['DELETE /api/me/addresses/{id}', 0.06],
      ['GET /api/me/wishlist', 0.5],
      ['POST /api/me/wishlist', 0.25],
      ['DELETE /api/me/wishlist/{id}', 0.1],
      ['GET /api/payment-methods', 0.3],
      ['POST /api/payment-methods', 0.12],
      ['DELETE /api/payment-methods/{id}', 0.04],
      ['GET /api/me/export', 0.01],
      ['POST /api/logout', 0.4],
    ];
    for (const [name, probability] of steps) {
      if (random.chance(probability)) {
        this.#ask(name, { id: String(random.integer(1, 500)) });
        this.#read(15);
      }
    }
  }

  #orders(): void {
    const random = this.#random;
    if (!this.#signIn()) {
      return;
    }
    this.#ask('GET /api/orders');
    const order = { id: String(random.integer(100_000, 999_999)) };
    this.#read(6);
    if (this.#ask('GET /api/orders/{id}', order)) {
      this.#ask('GET /api/orders/{id}/tracking', order);
      if (random.chance(0.05)) {
        this.#ask('POST /api/orders/{id}/cancel', order);
      }
      if (random.chance(0.07)) {
        this.#ask('POST /api/orders/{id}/returns', order);
        this.#ask('POST /api/payments/{id}/refunds', { id: random.hex(16) });
      }
      if (random.chance(0.06)) {
        this.#values.id = String(random.zipf(4000) + 1);
        this.#ask('POST /api/products/{id}/reviews');
      }
    }
  }

  /** A partner’s program that reads the catalog, page by page. */
  #integrate(): void {
    const pages = this.#random.integer(6, 24);
    for (let page = 0; page < pages; page++) {
      this.#ask('GET /api/products');
      this.#values.id = String(this.#random.integer(1, 4000));
      this.#ask('GET /api/products/{id}');
      this.#time += 400;
    }
  }
}
