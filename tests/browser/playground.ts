import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { type Browser, chromium, type Page } from 'playwright-core';

import { testIds } from '../../src/components/test-ids';

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

export interface Size {
  width: number;
  height: number;
}

/** A running playground with a browser before it. */
export class Playground {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;
  readonly browser: Browser;
  readonly url: string;
  /** Address of the companion's query listener. */
  readonly query: string;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    lines: Interface,
    browser: Browser,
    addresses: { url: string; query: string }
  ) {
    this.#child = child;
    this.#lines = lines;
    this.browser = browser;
    this.url = addresses.url;
    this.query = addresses.query;
  }

  static async start(): Promise<Playground> {
    const child = spawn(process.execPath, [join(__dirname, 'serve.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const first = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      child.once('exit', (code) => reject(new Error(`the playground ended with code ${code} before it was ready`)));
    });
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: FLAGS.split(' '),
    });
    return new Playground(child, lines, browser, JSON.parse(first) as { url: string; query: string });
  }

  /**
   * Runs a test on a page at an address of the playground, whose every panel has its answer. Fails on any error of the page,
   * and on anything asked of elsewhere.
   */
  async visit(path: string, test: (page: Page) => Promise<void>, size?: Size): Promise<void> {
    const { page, faults } = await this.open(path, size);
    try {
      await test(page);
      expect(faults).toEqual([]);
    } finally {
      await page.context().close();
    }
  }

  /** A page whose every panel has its answer, and what goes wrong in it. */
  async open(path: string, size: Size = { width: 1400, height: 900 }): Promise<{ page: Page; faults: string[] }> {
    // Without motion nothing has to be waited for before it is looked at.
    const context = await this.browser.newContext({ viewport: size, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const faults: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(this.url) && !/^(data|blob):/.test(request.url())) {
        faults.push(`asked ${request.url()}`);
      }
    });
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('response', (response) => {
      if (response.status() >= 400 && response.url().includes('/api/')) {
        faults.push(`${response.status()} ${response.url()}`);
      }
    });
    await page.goto(this.url + path);
    await settled(page);
    return { page, faults };
  }

  /** What the companion itself answers to a query, by the names of the fields of its first frame. Times are epoch milliseconds. */
  async ask(query: Record<string, unknown>, from: number, to: number): Promise<(field: string) => unknown[]> {
    const response = await fetch(`${this.query}/api/ds/query`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ from, to, queries: [{ refId: 'A', ...query }] }),
    });
    const body = (await response.json()) as {
      results: { A: { frames: Array<{ schema: { fields: Array<{ name: string }> }; data: { values: unknown[][] } }> } };
    };
    const [frame] = body.results.A.frames;
    return (name) => frame.data.values[frame.schema.fields.findIndex((field) => field.name === name)];
  }

  /** Time of the newest row of the lake, epoch milliseconds. */
  async newest(): Promise<number> {
    const health = (await (await fetch(`${this.query}/api/health`)).json()) as { datasets: Array<{ newest: number }> };
    return health.datasets[0].newest;
  }

  async stopCompanion(): Promise<void> {
    const answered = new Promise((resolve) => this.#lines.once('line', resolve));
    this.#child.stdin.write('stop companion\n');
    await answered;
  }

  async close(): Promise<void> {
    await this.browser.close();
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin.end();
    await ended;
  }
}

/** Waits until no panel of the page is asking. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction((waiting) => {
    const panels = [...document.querySelectorAll('[data-testid^="panel-"][data-state]')];
    return (
      panels.length > 0 &&
      panels.every((panel) => ['Done', 'Error'].includes(panel.getAttribute('data-state') ?? '')) &&
      document.querySelector(`[data-testid="${waiting}"]`) === null
    );
  }, testIds.viewWaiting);
}
