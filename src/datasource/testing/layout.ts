/** jsdom gives everything no size and draws no text; the lists of comboboxes then have no options. */
export function giveSizes(): void {
  jest
    .spyOn(Element.prototype, 'getBoundingClientRect')
    .mockReturnValue({ width: 400, height: 400, top: 0, left: 0, bottom: 0, right: 0, x: 0, y: 0 } as DOMRect);
  // Virtual lists draw what fits: tall enough for every option of ours.
  for (const property of ['clientWidth', 'clientHeight'] as const) {
    jest.spyOn(Element.prototype, property, 'get').mockReturnValue(1600);
  }
  jest
    .spyOn(HTMLCanvasElement.prototype, 'getContext')
    .mockReturnValue({ measureText: (text: string) => ({ width: text.length * 8 }) } as unknown as null);
  globalThis.IntersectionObserver ??= NothingIntersects as unknown as typeof IntersectionObserver;
}

class NothingIntersects {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
