import { ApitrailError } from '@apitrail/contract';

import { parseLine } from './parse-line';
import { Reject, type Framing } from '../formats';

const failing = (error: Error): Framing => ({
  kind: 'lines',
  parse: () => {
    throw error;
  },
});

it('makes a fault of a parser on one line a reject that says why', () => {
  expect(parseLine(failing(new RangeError('too deep')), 'x')).toEqual(new Reject('cannot be read: too deep'));
});

it('shows no query strings of the line in the reason', () => {
  const result = parseLine(failing(new SyntaxError('Unexpected token in /a?token=s3cret')), 'x');
  expect((result as Reject).reason).not.toContain('s3cret');
});

it('lets an error that is for the user end the import', () => {
  const error = new ApitrailError('APITRAIL_BAD_MAPPING', 'The mapping is wrong.');
  expect(() => parseLine(failing(error), 'x')).toThrow(error);
});
