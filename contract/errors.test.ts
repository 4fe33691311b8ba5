import { ApitrailError, ERROR_CODES, HEALTH_CODES } from './errors';

describe('the codes', () => {
  it('are errors of HTTP', () => {
    const outside = Object.entries(ERROR_CODES).filter(([, { status }]) => status < 400 || status > 599);
    expect(outside).toEqual([]);
  });

  it('are not also problems of health', () => {
    expect(Object.keys(HEALTH_CODES).filter((code) => code in ERROR_CODES)).toEqual([]);
  });
});

describe('an error', () => {
  it('carries what is wrong, where, the status of its code, and its cause', () => {
    const cause = new Error('EACCES');
    const error = new ApitrailError('APITRAIL_LAKE_UNREADABLE', 'The lake cannot be read.', { where: './lake', cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'ApitrailError',
      code: 'APITRAIL_LAKE_UNREADABLE',
      status: 500,
      where: './lake',
      userMessage: 'The lake cannot be read. [APITRAIL_LAKE_UNREADABLE]',
      cause,
    });
  });

  it('without a place or a cause has neither', () => {
    const error = new ApitrailError('APITRAIL_BUSY', 'Too many.');
    expect(error.where).toBeUndefined();
    expect('cause' in error).toBe(false);
  });
});
