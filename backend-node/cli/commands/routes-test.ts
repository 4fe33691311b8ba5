import { ApitrailError } from '@apitrail/contract';
import { Command, InvalidArgumentError } from 'commander';

import type { Explanation } from '../../ingest/routes/explain';
import { lakeExists, withLakeEngine } from '../lake-engine';
import { configOption, lakeOption, settingsOf, type SettingsOptions } from '../settings-options';
import { assignerFactory } from './routes-assigner';

interface RoutesTestOptions extends SettingsOptions {
  service?: string;
  status?: number;
  route?: string;
  json?: boolean;
}

/** `apitrail routes test`: which route a request gets, and why. */
export function routesTestCommand(): Command {
  return new Command('test')
    .description('say which route requests get, and why: rules, sender, OpenAPI documents, classifier')
    .argument('<request...>', '[METHOD] and paths or URLs')
    .option('--service <name>', 'service that serves them')
    .option('--status <code>', 'status of the answer (default: one that succeeded)', statusArgument)
    .option('--route <route>', 'route that the sender gives')
    .option('--json', 'as JSON')
    .addOption(lakeOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Examples:
  apitrail routes test GET /users/ada /users/me --service shop
  apitrail routes test 'https://api.example.com/v1/files/a/b.txt?x=1' --status 404`
    )
    .action(async (request: string[], options: RoutesTestOptions) => {
      const found = await explain(request, options);
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ requests: found })}\n`);
      } else {
        process.stdout.write(`${found.map((one) => lines(one).join('\n')).join('\n\n')}\n`);
      }
    });
}

async function explain(request: string[], options: RoutesTestOptions): Promise<Explanation[]> {
  const { explainRoute, pathOf } = await import('../../ingest/routes/explain');
  const { method, targets } = readRequest(request);
  const settings = await settingsOf(options);
  const make = lakeExists(settings.lake)
    ? await withLakeEngine(settings, async (engine) => {
        const { Lake } = await import('../../lake/lake');
        return assignerFactory(settings, await Lake.open(settings.lake, { engine }));
      })
    : await assignerFactory(settings, undefined);
  const assigner = make();
  const { service = null, status = null, route = null } = options;
  return targets.map((target) => explainRoute(assigner, { service, method, path: pathOf(target), status, route }));
}

/** `GET /a /b`, `'GET /a'`, `/a`, `https://host/a`. */
function readRequest(words: readonly string[]): { method: string | null; targets: string[] } {
  const [first = '', ...rest] = words.flatMap((word) => word.trim().split(/\s+/));
  const named = /^[A-Za-z]{1,20}$/.test(first);
  const targets = named ? rest : [first, ...rest];
  const bad = targets.find((target) => !/^\/|^[a-z][a-z0-9+.-]*:\/\//i.test(target));
  if (targets.length === 0 || bad !== undefined) {
    const message =
      bad === undefined ? 'There is no path to test.' : `${JSON.stringify(bad)} is neither a path nor a URL.`;
    throw new ApitrailError('APITRAIL_USAGE', `${message} Use for example: apitrail routes test GET /users/ada`, {
      where: bad ?? '<request...>',
    });
  }
  return { method: named ? first.toUpperCase() : null, targets };
}

function lines({ method, path, route, route_source, why, rules, sender, declared, classifier }: Explanation): string[] {
  const shownRules = rules.map(({ rule, text, outcome }) => `    ${rule}. ${text}: ${outcome}`);
  const shownDeclared = declared.map(
    (entry, index) =>
      `    ${index + 1}. ${entry.template} [${entry.methods.join(' ')}] of ${JSON.stringify(entry.document)} v${entry.version}, ${entry.where}: ${entry.fits}${entry.declares_method ? '' : '; not this method'}`
  );
  return [
    `${method === null ? '' : `${method} `}${path}`,
    `  → ${route ?? '(none)'}   ${route_source ?? ''}`,
    `  ${why}.`,
    `  rules: ${rules.length === 0 ? 'none' : ''}`.trimEnd(),
    ...shownRules,
    `  sender: ${sender ?? 'none'}`,
    `  declared: ${declared.length === 0 ? 'none fits' : ''}`.trimEnd(),
    ...shownDeclared,
    `  classifier: ${classifier.template} (${classifier.why})`,
  ];
}

function statusArgument(text: string): number {
  if (!/^[1-5]\d\d$/.test(text)) {
    throw new InvalidArgumentError('It must be a status such as 404.');
  }
  return Number(text);
}
