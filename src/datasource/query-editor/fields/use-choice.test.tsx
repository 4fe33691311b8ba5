import { act, renderHook } from '@testing-library/react';

import { useChoice } from './use-choice';

function host(value: string) {
  const reported: string[] = [];
  const hook = renderHook(({ value }) => useChoice(value, (next) => reported.push(next)), { initialProps: { value } });
  const choose = (next: string) => act(() => hook.result.current[1](next));
  return { ...hook, reported, choose, chosen: () => hook.result.current[0] };
}

it('shows a choice before its owner knows it, and reports it once', () => {
  const { reported, choose, chosen, rerender } = host('a');
  choose('b');
  choose('b');
  rerender({ value: 'a' });
  choose('b');
  expect(chosen()).toBe('b');
  expect(reported).toEqual(['b']);
});

it('reports it once even through a function of an earlier drawing', () => {
  const { reported, result, choose, rerender } = host('a');
  const [, stale] = result.current;
  choose('b');
  rerender({ value: 'b' });
  act(() => stale('b'));
  expect(reported).toEqual(['b']);
});

it('follows its owner', () => {
  const { chosen, choose, reported, rerender } = host('a');
  choose('b');
  rerender({ value: 'b' });
  rerender({ value: 'c' });
  expect(chosen()).toBe('c');
  choose('b');
  expect(reported).toEqual(['b', 'b']);
});
