import { homedir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

/** The `privacy` section of the configuration: what of a person gets into the lake. Every default is the safe one. */
export const privacyConfigSchema = z.strictObject({
  query: z
    .enum(['drop', 'keep'])
    .default('drop')
    .describe('Query strings, in `query`, in referers, in attributes and in error messages.'),
  client_ip: z
    .enum(['cut', 'keep', 'drop'])
    .default('cut')
    .describe('Client addresses: cut to /24 (IPv4) and /48 (IPv6), where host names become null; kept; or dropped.'),
  customer: z.enum(['pseudonym', 'keep', 'drop']).default('pseudonym').describe('Ids of customers.'),
  account: z
    .enum(['pseudonym', 'keep', 'drop'])
    .default('keep')
    .describe('Ids of accounts, the organisations that pay.'),
  session: z.enum(['pseudonym', 'keep']).default('pseudonym').describe('Ids of sessions the sender gave.'),
  object_id: z.enum(['pseudonym', 'keep', 'drop']).default('pseudonym').describe('Ids of objects in the audit.'),
  user_agent: z
    .enum(['keep', 'family', 'drop'])
    .default('keep')
    .describe('User agents: whole, the family only (such as Firefox or curl), or not at all.'),
  key_file: z
    .string()
    .min(1)
    .optional()
    .describe(
      'File of the key of pseudonyms, outside the lake; made on first use. Default: apitrail/pseudonym.key in the configuration folder of the user.'
    ),
});

/** The section as a person writes it. */
export type PrivacyConfigInput = z.input<typeof privacyConfigSchema>;
/** The section with its defaults. */
export type PrivacyConfig = z.output<typeof privacyConfigSchema>;

/** Variable that names the key file where the configuration does not. */
export const KEY_FILE_VARIABLE = 'APITRAIL_PRIVACY_KEY_FILE';

/** Where the key of pseudonyms is: the configuration’s file, the environment’s, or the user’s own. */
export function pseudonymKeyFile(config: Pick<PrivacyConfig, 'key_file'>, environment = process.env): string {
  const base = environment.XDG_CONFIG_HOME || join(homedir(), '.config');
  return config.key_file ?? environment[KEY_FILE_VARIABLE] ?? join(base, 'apitrail', 'pseudonym.key');
}
