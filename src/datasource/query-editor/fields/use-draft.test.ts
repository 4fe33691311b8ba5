import { act, renderHook } from '@testing-library/react';

import { DRAFT_DELAY_MS, useDraft } from './use-draft';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function draftOf(value: string) {
  const commits: Array<[string, boolean]> = [];
  const hook = renderHook(
    (props: { value: string }) => useDraft(props.value, (text, run) => commits.push([text, run])),
    { initialProps: { value } }
  );
  return {
    commits,
    text: () => hook.result.current.text,
    type: (text: string) => act(() => hook.result.current.onType(text)),
    pause: () => act(() => jest.advanceTimersByTime(DRAFT_DELAY_MS)),
    flush: () => act(() => void hook.result.current.flush()),
    arrive: (next: string) => hook.rerender({ value: next }),
  };
}

it('writes what was typed when the typing pauses, and runs it when asked to', () => {
  const draft = draftOf('a');
  draft.type('ab');
  draft.pause();
  draft.type('abc');
  draft.flush();
  expect(draft.commits).toEqual([
    ['ab', false],
    ['abc', true],
  ]);
});

it('keeps what was typed while the query is drawn as it was before', () => {
  const draft = draftOf('a');
  draft.type('ab');
  draft.flush();
  draft.arrive('a');
  expect(draft.text()).toBe('ab');
});

it('keeps what was typed on while an earlier text of its own comes back', () => {
  const draft = draftOf('a');
  draft.type('ab');
  draft.pause();
  draft.type('abc');
  draft.flush();
  draft.type('abcd');
  draft.arrive('ab');
  draft.arrive('abc');
  expect(draft.text()).toBe('abcd');
});

it('takes over what is changed elsewhere', () => {
  const draft = draftOf('a');
  draft.type('ab');
  draft.flush();
  draft.arrive('ab');
  draft.arrive('restored');
  expect(draft.text()).toBe('restored');
  draft.arrive('ab');
  expect(draft.text()).toBe('ab');
});
