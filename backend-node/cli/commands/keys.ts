import { ApitrailError, parseDuration } from '@apitrail/contract';
import { Command, InvalidArgumentError } from 'commander';

import { addKey, readKeyFile, removeKeys, scopesOf, type StoredKey } from '../../access/key-file';
import { OFFERED_SCOPES, SCOPES, type Scope } from '../../access/scopes';
import { printTable } from '../print-table';
import { configOption, lakeOption, oneOf, settingsOf, type SettingsOptions } from '../settings-options';

/** `apitrail keys`: the keys that open the listeners. A running companion sees every change at once. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('add, list and remove the keys that open the listeners');
  keys
    .command('add')
    .description('make a key and print it; it is stored as a hash only, so keep it now')
    .requiredOption('--scope <scope>', `what it opens: ${OFFERED_SCOPES.join(', ')}; may come twice`, collectScopes)
    .requiredOption('--name <name>', 'whose it is; appears in lists and in the log', parseName)
    .option('--expires <duration>', 'when it ends, such as 90d (default: never)', parseExpiry)
    .addOption(lakeOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      '\nExamples:\n  apitrail keys add --scope query --name grafana\n  apitrail keys add --scope query --scope sql --name analysts\n  apitrail keys add --scope ingest --name collector --expires 90d'
    )
    .action(async (options: SettingsOptions & { scope: Scope[]; name: string; expires?: Date }) => {
      const { keysFile } = await settingsOf(options);
      const { key, stored } = await addKey(keysFile, {
        name: options.name,
        ...splitScopes(options.scope),
        expires: options.expires ?? null,
      });
      process.stderr.write(
        `The key ${stored.name}\n${scopesOf(stored)
          .map((scope) => `  ${scope}: ${SCOPES[scope]}`)
          .join('\n')}\nIt is shown once:\n\n  ${key}\n\n`
      );
      summary({ key, ...described(stored) });
    });
  keys
    .command('list')
    .description('list the keys, without their secrets')
    .option('--json', 'as JSON')
    .addOption(lakeOption())
    .addOption(configOption())
    .action(async (options: SettingsOptions & { json?: boolean }) => {
      const { keysFile } = await settingsOf(options);
      const list = (await readKeyFile(keysFile)).map(described);
      if (options.json) {
        summary({ keys: list });
      } else if (list.length === 0) {
        process.stderr.write('There are no keys yet. Make one with: apitrail keys add --scope query --name NAME\n');
      } else {
        printTable(
          ['id', 'name', 'scope', 'created', 'expires', 'state'],
          list.map(({ id, name, scopes, created, expires, state }) => [
            id,
            name,
            scopes.join(', '),
            created,
            expires ?? 'never',
            state,
          ])
        );
      }
    });
  keys
    .command('remove')
    .description('remove a key; who holds it is refused from now on')
    .argument('<id or name>', 'which key')
    .addOption(lakeOption())
    .addOption(configOption())
    .action(async (which: string, options: SettingsOptions) => {
      const { keysFile } = await settingsOf(options);
      const removed = await removeKeys(keysFile, which);
      if (removed.length === 0) {
        throw new ApitrailError(
          'APITRAIL_USAGE',
          `There is no key ${JSON.stringify(which)}. apitrail keys list shows those there are.`,
          {
            where: which,
          }
        );
      }
      summary({ removed: removed.map(described) });
    });
  return keys;
}

function described(key: StoredKey) {
  const { id, name, scope, created, expires } = key;
  const expired = expires !== null && Date.parse(expires) <= Date.now();
  return { id, name, scope, scopes: scopesOf(key), created, expires, state: expired ? 'expired' : 'valid' };
}

function summary(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function collectScopes(text: string, before: Scope[] = []): Scope[] {
  return [...new Set([...before, oneOf(OFFERED_SCOPES)(text)])];
}

/** The scope that stands in the key's text, and the others. What `sql` and `admin` allow is asked on the query listener, which `query` opens. */
function splitScopes(scopes: Scope[]): { scope: Scope; also: Scope[] } {
  const onQueries = scopes.find((scope) => scope === 'sql' || scope === 'admin');
  if (onQueries && !scopes.includes('query')) {
    const what = onQueries === 'sql' ? 'SQL is asked on' : 'cohorts are saved on';
    throw new ApitrailError(
      'APITRAIL_USAGE',
      `The scope ${onQueries} goes with query, which opens the listener that ${what}: --scope query --scope ${onQueries}.`,
      { where: '--scope' }
    );
  }
  const scope = scopes.includes('query') ? 'query' : scopes[0]!;
  return { scope, also: scopes.filter((other) => other !== scope) };
}

function parseName(text: string): string {
  if (!/^[\w.@ -]{1,64}$/.test(text)) {
    throw new InvalidArgumentError('Use 1 to 64 letters, digits, spaces or . @ _ -');
  }
  return text;
}

function parseExpiry(text: string): Date {
  const ms = parseDuration(text);
  if (!(ms > 0)) {
    throw new InvalidArgumentError('Use a duration such as 12h, 90d or 52w.');
  }
  return new Date(Date.now() + ms);
}
