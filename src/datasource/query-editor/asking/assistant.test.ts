import { dateTime } from '@grafana/data';
import { Observable, of } from 'rxjs';

import type { ApitrailQuery } from '../../types';
import { dataSourceWith } from '../../testing/data-source';
import { Assistant } from './assistant';

const range = { from: dateTime(0), to: dateTime(3_600_000), raw: { from: 'now-1h', to: 'now' } };
const query = { refId: 'A', queryType: 'values', keyName: 'route' } as ApitrailQuery;
const never = () => new AbortController().signal;

/** The real data source, whose questions are answered when a test says so. */
function asking() {
  const dataSource = dataSourceWith();
  const open: Array<{ answer: () => void; given: boolean; ended: boolean }> = [];
  jest.spyOn(dataSource, 'query').mockImplementation(
    () =>
      new Observable((subscriber) => {
        const state = {
          given: false,
          ended: false,
          answer: () => {
            state.given = true;
            subscriber.next({ data: [] });
          },
        };
        open.push(state);
        return () => (state.ended = true);
      })
  );
  return { assistant: new Assistant(dataSource), dataSource, open };
}
const turn = () => new Promise((resolve) => setTimeout(resolve));

it('asks one question at a time', async () => {
  const { assistant, open } = asking();
  const first = assistant.ask('1', query, { range }, never());
  const second = assistant.ask('2', query, { range }, never());
  await turn();
  expect(open).toHaveLength(1);
  open[0].answer();
  await first;
  await turn();
  expect(open).toHaveLength(2);
  open[1].answer();
  await expect(second).resolves.toEqual([]);
});

it('ends a question that is no longer wanted, and goes on with the next', async () => {
  const { assistant, open } = asking();
  const control = new AbortController();
  const first = assistant.ask('1', query, { range }, control.signal);
  const second = assistant.ask('2', query, { range }, never());
  await turn();
  control.abort();
  await expect(first).rejects.toBeDefined();
  expect(open[0]).toMatchObject({ given: false, ended: true });
  await turn();
  open[1].answer();
  await second;
});

it('does not ask what was given up while it waited', async () => {
  const { assistant, open } = asking();
  const control = new AbortController();
  const first = assistant.ask('1', query, { range }, never());
  const second = assistant.ask('2', query, { range }, control.signal);
  control.abort();
  await turn();
  open[0].answer();
  await first;
  await expect(second).rejects.toBeDefined();
  expect(open).toHaveLength(1);
});

it('keeps an answer', async () => {
  const { assistant, open } = asking();
  const first = assistant.ask('1', query, { range }, never());
  await turn();
  open[0].answer();
  await first;
  await assistant.ask('1', query, { range }, never());
  expect(open).toHaveLength(1);
});

it('says what the companion refuses with, and asks again', async () => {
  const { assistant, dataSource } = asking();
  const refused = { data: [], errors: [{ message: 'steps[1].filters[0].key is unknown' }] };
  const query$ = jest.spyOn(dataSource, 'query').mockReturnValue(of(refused));
  await expect(assistant.ask('1', query, { range }, never())).rejects.toThrow('steps[1].filters[0].key is unknown');
  await expect(assistant.ask('1', query, { range }, never())).rejects.toThrow();
  expect(query$).toHaveBeenCalledTimes(2);
});
