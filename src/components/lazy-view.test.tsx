import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';

import { lazyView } from './lazy-view';
import { testIds } from './test-ids';

const room = { width: 300, height: 200 };

function Counter() {
  const [count, setCount] = useState(0);
  return <button onClick={() => setCount(count + 1)}>{count}</button>;
}

it('keeps the room of a view until its code is there', async () => {
  const View = lazyView(async () => Counter);
  render(<View {...room} />);
  expect(screen.getByTestId(testIds.viewWaiting)).toHaveStyle({ width: '300px', height: '200px' });
  expect(await screen.findByRole('button')).toBeInTheDocument();
  expect(screen.queryByTestId(testIds.viewWaiting)).not.toBeInTheDocument();
});

it('draws at once what was fetched ahead', async () => {
  const View = lazyView(async () => Counter);
  await View.preload();
  render(<View {...room} />);
  expect(screen.getByRole('button')).toBeInTheDocument();
});

it('keeps the state of a view that came late', async () => {
  const View = lazyView(async () => Counter);
  const { rerender } = render(<View {...room} />);
  await userEvent.click(await screen.findByRole('button'));
  rerender(<View {...room} width={310} />);
  expect(screen.getByRole('button')).toHaveTextContent('1');
});

it('says what to do where the code does not come', async () => {
  const View = lazyView<typeof room>(async () => {
    throw new Error('Loading chunk 7 failed');
  });
  await View.preload();
  render(<View {...room} />);
  expect(await screen.findByRole('alert')).toHaveTextContent('Reload the page');
});

it('comes when it is shown, where fetching it ahead failed', async () => {
  let tries = 0;
  const View = lazyView<typeof room>(async () => {
    if (tries++ === 0) {
      throw new Error('Loading chunk 7 failed');
    }
    return Counter;
  });
  await View.preload();
  render(<View {...room} />);
  expect(await screen.findByRole('button')).toBeInTheDocument();
});
