import { Command } from 'commander';
import { PARTITION_COLUMN, RECORD_COLUMNS, type RecordColumn } from '@apitrail/contract';

import { configJsonSchema } from '../../config/schema';
import { oneOf } from '../settings-options';

/** `apitrail schema`: the record and the configuration, for people and for programs. */
export function schemaCommand(): Command {
  const schema = new Command('schema').description('print the record, or the schema of the configuration');
  schema
    .command('record')
    .description('print the columns of the record')
    .option('--format <format>', 'json or markdown', oneOf(['json', 'markdown']), 'json')
    .action(({ format }: { format: 'json' | 'markdown' }) => {
      const columns: RecordColumn[] = [...RECORD_COLUMNS, PARTITION_COLUMN];
      process.stdout.write(format === 'json' ? `${JSON.stringify({ columns }, null, 2)}\n` : recordMarkdown(columns));
    });
  schema
    .command('config')
    .description('print the JSON schema of apitrail.yaml')
    .addHelpText('after', '\nExample:\n  apitrail schema config > apitrail.schema.json')
    .action(() => {
      process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    });
  return schema;
}

function recordMarkdown(columns: readonly RecordColumn[]): string {
  const rows = columns.map(
    ({ name, type, attribute, description, unit }) =>
      `| \`${name}\` | ${type} | ${attribute ? `\`${attribute}\`` : ''} | ${description}${unit ? ` (${unit})` : ''} |`
  );
  return ['| column | type | OpenTelemetry attribute | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}
