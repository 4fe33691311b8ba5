import React, { useState } from 'react';
import { type PanelData } from '@grafana/data';
import { setTemplateSrv } from '@grafana/runtime';
import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';

import { type Asked, answerWith } from '../testing/backend';
import { dataSourceWith } from '../testing/data-source';
import { giveSizes } from '../testing/layout';
import { templateSrvWith, type TestVariable } from '../testing/template-srv';
import type { ApitrailQuery } from '../types';
import { QueryEditor } from './QueryEditor';

// jsdom draws comboboxes slowly, and slower still on a busy machine.
jest.setTimeout(60_000);

/** The editor as Grafana hosts it: what it changes comes back as its query. */
export interface Hosted {
  user: UserEvent;
  /** The query as it would be saved. */
  saved: () => Record<string, unknown>;
  /** How many times the query was run. */
  runs: () => number;
  asked: Asked[];
  /** Chooses an option of the combobox of that label. */
  choose: (label: string, option: string) => Promise<void>;
  /** Types a value of its own into the combobox of that label. */
  enter: (label: string, text: string) => Promise<void>;
}

const KEYS = [
  { key: 'route', type: 'string', description: 'Route template.', group: 'Record' },
  { key: 'service', type: 'string', description: 'Service.', group: 'Record' },
  { key: 'attributes.plan', type: 'string', description: 'The attribute plan.', group: 'Attributes' },
];
const VALUES = [
  { value: '/api/products', requests: 1200 },
  { value: '/api/checkout', requests: 30 },
];

function answer({ url }: Asked): unknown {
  if (url.endsWith('/keys')) {
    return KEYS;
  }
  return url.endsWith('/values')
    ? VALUES
    : [{ name: 'requests' }, { name: 'gateway', description: 'Bucket of a gateway' }];
}

/** Shows the editor with a query, over a companion that has two routes and two datasets. */
export async function hostEditor(
  query: object,
  {
    variables = {},
    respond = answer,
    data,
  }: { variables?: Record<string, TestVariable>; respond?: typeof answer; data?: Partial<PanelData> } = {}
): Promise<Hosted> {
  giveSizes();
  const asked = answerWith(respond);
  setTemplateSrv(templateSrvWith(variables));
  const dataSource = dataSourceWith(variables);
  let saved = { refId: 'A', ...query } as ApitrailQuery;
  let runs = 0;

  function Host() {
    const [current, setCurrent] = useState(saved);
    return (
      <QueryEditor
        datasource={dataSource}
        query={current}
        onChange={(next) => {
          saved = next;
          setCurrent(next);
        }}
        onRunQuery={() => {
          runs += 1;
        }}
        data={data as PanelData | undefined}
      />
    );
  }
  // What the companion is asked for at once is answered before a test goes on.
  await act(async () => {
    render(<Host />);
    await new Promise((resolve) => setTimeout(resolve));
  });
  const user = userEvent.setup();
  return {
    user,
    asked,
    saved: () => saved as unknown as Record<string, unknown>,
    runs: () => runs,
    choose: async (label, option) => {
      await user.click(screen.getByLabelText(label, { selector: 'input' }));
      await user.click(await findOption(option));
    },
    enter: async (label, text) => {
      await user.click(screen.getByLabelText(label, { selector: 'input' }));
      await user.keyboard(`${text}{Enter}`);
    },
  };
}

/** The option of the open list whose name that is. Queries by role take seconds in jsdom. */
function findOption(name: string): Promise<Element> {
  return waitFor(() => {
    const options = [...document.querySelectorAll('[role="option"]')];
    const found = options.find(
      (option) => option.textContent === name || within(option as HTMLElement).queryByText(name)
    );
    if (!found) {
      throw new Error(`There is no option ${name} among: ${options.map((option) => option.textContent).join(' | ')}`);
    }
    return found;
  });
}
