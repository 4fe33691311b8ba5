import { type DataQueryError, LoadingState, toDataFrame } from '@grafana/data';

import { readableAnswer } from './readable-answer';

const textOf = (error: unknown) =>
  readableAnswer({ data: [], state: LoadingState.Error, error: error as DataQueryError }, 1).errors?.[0].message;

describe('an answer that failed', () => {
  it('says what a proxy sent as an object', () => {
    expect(textOf({ message: { code: 'E', message: 'Sign in first.' }, status: 401 })).toBe('Sign in first.');
  });

  it('names the status in place of the markup of a page', () => {
    const text = textOf({ message: '<html><h1>Bad Gateway</h1></html>', status: 502, statusText: 'Bad Gateway' });
    expect(text).toBe('The server, or a proxy before it, answered 502 Bad Gateway with a page in place of data.');
  });

  it('names the status where nothing else is said', () => {
    expect(textOf({ status: 429, statusText: 'Too Many Requests' })).toContain('answered 429 Too Many Requests.');
  });

  it('keeps what the companion said', () => {
    expect(textOf({ message: 'steps must have at least 2 entries. [APITRAIL_BAD_VALUE]', status: 400 })).toBe(
      'steps must have at least 2 entries. [APITRAIL_BAD_VALUE]'
    );
  });
});

it('is an error when nothing came of what was asked', () => {
  const { state, errors } = readableAnswer({ data: [], state: LoadingState.Done }, 2);
  expect(state).toBe(LoadingState.Error);
  expect(errors?.[0].message).toContain('No answer came');
});

it('is none when nothing was asked', () => {
  const nothing = { data: [], state: LoadingState.Done };
  expect(readableAnswer(nothing, 0)).toBe(nothing);
});

it('leaves frames without rows as they are', () => {
  const answer = { data: [toDataFrame({ fields: [] })], state: LoadingState.Done };
  expect(readableAnswer(answer, 1)).toBe(answer);
});
