import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { apitrail, serve, type Companion } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(120_000);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let companion: Companion | undefined;
let receiver: Server;
let pages: Array<{ action: string; parameters: { members: Array<{ customer: string }> } }>;

beforeEach(async () => {
  folder = await temporaryFolder();
  pages = [];
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      pages.push(JSON.parse(body) as (typeof pages)[number]);
      response.end();
    });
  });
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await companion?.stop();
  companion = undefined;
  await new Promise((resolve) => receiver.close(resolve));
  await folder.remove();
});

it('saves a cohort, filters by it, and tells a webhook by itself who is in it', async () => {
  const cwd = folder.path;
  const lines = ['a', 'b', 'c'].map((customer, index) =>
    JSON.stringify({ time: new Date(Date.now() - 60_000).toISOString(), customer, status: index === 0 ? 200 : 500 })
  );
  await writeFile(join(cwd, 'requests.jsonl'), `${lines.join('\n')}\n`);
  const config = `privacy: { customer: keep }
cohorts:
  webhooks:
    - name: crm
      url: http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook
      secret: the secret of a test
      cohorts: [met-errors]
`;
  await writeFile(join(cwd, 'apitrail.yaml'), config);
  await apitrail(['import', 'requests.jsonl', '--lake', 'lake'], { cwd });
  const definition = '{"filters":[{"key":"status_class","operator":"=","value":"5xx"}]}';
  await apitrail(['cohorts', 'save', 'met-errors', definition, '--lake', 'lake'], { cwd });
  const members = await apitrail(['cohorts', 'members', 'met-errors', '--lake', 'lake'], { cwd });
  expect(members.stdout).toBe('customer\r\nb\r\nc\r\n');

  companion = await serve(['--lake', 'lake', '--no-auth'], { cwd });
  const filters = [{ key: 'cohort', operator: '!=', value: 'met-errors' }];
  const answer = await fetch(`${companion.query}/api/export`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ from: Date.now() - 3_600_000, to: Date.now() },
      query: { queryType: 'values', key: 'customer', filters },
    }),
  });
  expect(await answer.text()).toBe('value,requests\r\na,1\r\n');
  while (pages.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(pages).toMatchObject([{ action: 'members', parameters: { members: [{ customer: 'b' }, { customer: 'c' }] } }]);
});
