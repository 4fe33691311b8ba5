import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Exception {
  /** Of axe. */
  rule: string;
  /** Elements it is not asked of. */
  selector: string;
  why: string;
}

/** What axe finds in components of Grafana that we only place. Each names one rule at one kind of element. */
const EXCEPTIONS: readonly Exception[] = [
  {
    rule: 'label-content-name-mismatch',
    selector: '[class*="LegendLabel"]',
    why: 'Grafana names the button of every series by what a click does.',
  },
  {
    rule: 'scrollable-region-focusable',
    selector: '[data-testid="data-testid table body"] .scrollbar-view',
    why: 'Grafana’s table scrolls in a box that the keyboard cannot reach.',
  },
  {
    rule: 'landmark-unique',
    selector: '.monaco-status',
    why: 'Monaco tells screen readers what happens in two places with the same name.',
  },
];

/** What axe-core finds in a page, or in the part of it that is named; one line for each rule and element. */
export async function axeFaults(page: Page, include = 'body'): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) {
    await page.evaluate(axe.source);
  }
  const found = await page.evaluate(async (part) => {
    const { axe: run } = window as unknown as { axe: typeof axe };
    const { violations } = await run.run(part, {
      resultTypes: ['violations'],
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, target, failureSummary }) => ({
        rule: id,
        target: target.flat().at(-1)!,
        html: html.slice(0, 240),
        why: failureSummary ?? '',
      }))
    );
  }, include);
  const kept: string[] = [];
  for (const { rule, target, html, why } of found) {
    const excepted = EXCEPTIONS.filter((each) => each.rule === rule).map(({ selector }) => selector);
    const ours = await page.evaluate(
      ([at, selectors]) => !selectors.some((selector) => document.querySelector(at)?.matches(selector)),
      [target, excepted] as const
    );
    if (ours) {
      kept.push(`${rule}: ${html} ${why}`);
    }
  }
  return kept;
}

/** By how many pixels the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/**
 * Texts of our panels and forms that are cut off where nothing says the whole of them: no title or name on them or around
 * them, and no tooltip of a button they are in.
 */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('section[data-testid] *, header *')]
      .filter((element) => {
        const style = getComputedStyle(element);
        return (
          element.childElementCount === 0 &&
          element.textContent !== '' &&
          style.overflowX !== 'visible' &&
          // A text for screen readers is cut to a pixel.
          element.clientWidth > 1 &&
          element.scrollWidth > element.clientWidth + 1 &&
          // Grafana's table shows the whole of a cell under the pointer.
          !element.closest('[role="cell"], [role="columnheader"], .uplot, .monaco-editor, input') &&
          !element.closest('[title]:not([title=""]), [aria-label]:not(section):not([role="treegrid"])')
        );
      })
      .map((element) => `${element.textContent} (${element.clientWidth} of ${element.scrollWidth} pixels)`)
  );
}

/** Texts that are drawn over each other, among the elements of a selector that can be seen. */
export function overlaps(page: Page, selector: string): Promise<string[]> {
  return page.evaluate((part) => {
    const boxes = [...document.querySelectorAll(part)]
      .map((element) => ({ text: element.textContent ?? '', box: element.getBoundingClientRect(), element }))
      .filter(({ box, text }) => box.width > 0 && box.height > 0 && text.trim() !== '');
    return boxes.flatMap((one, index) =>
      boxes
        .slice(index + 1)
        .filter(
          ({ box, element }) =>
            !one.element.contains(element) &&
            Math.min(box.right, one.box.right) - Math.max(box.left, one.box.left) > 1 &&
            Math.min(box.bottom, one.box.bottom) - Math.max(box.top, one.box.top) > 1
        )
        .map(({ text }) => `“${one.text}” over “${text}”`)
    );
  }, selector);
}
