import { Command } from 'commander';

import { VERSION } from '../config/version';
import { compactCommand } from './commands/compact';
import { annotateCommand } from './commands/annotate';
import { cohortsCommand } from './commands/cohorts';
import { demoCommand } from './commands/demo';
import { importCommand } from './commands/import';
import { keysCommand } from './commands/keys';
import { noiseCommand } from './commands/noise';
import { queryCommand } from './commands/query';
import { retentionCommand } from './commands/retention';
import { rejectsCommand } from './commands/rejects';
import { routesCommand } from './commands/routes';
import { schemaCommand } from './commands/schema';
import { serveCommand, serveProcessCommand } from './commands/serve';
import { tailCommand } from './commands/tail';
import { vacuumCommand } from './commands/vacuum';
import { verifyCommand } from './commands/verify';
import { reportError } from './exit';

function program(): Command {
  const apitrail = new Command('apitrail')
    .description('API request logs in an open lake, and answers about them.')
    .version(VERSION, '--version', 'print the version')
    .addHelpText(
      'after',
      `
Examples:
  apitrail import access.log.gz --lake ./lake --service shop
  apitrail serve --lake ./lake --no-auth
  apitrail query --lake ./lake '{"queryType":"endpoints","limit":10}' --from now-7d

Exit codes: 0 done, 1 failed, 2 wrong usage.`
    );
  apitrail.addCommand(importCommand());
  apitrail.addCommand(tailCommand());
  apitrail.addCommand(serveCommand());
  apitrail.addCommand(demoCommand());
  apitrail.addCommand(queryCommand());
  apitrail.addCommand(annotateCommand());
  apitrail.addCommand(cohortsCommand());
  apitrail.addCommand(rejectsCommand());
  apitrail.addCommand(routesCommand());
  apitrail.addCommand(noiseCommand());
  apitrail.addCommand(keysCommand());
  apitrail.addCommand(schemaCommand());
  apitrail.addCommand(compactCommand());
  apitrail.addCommand(vacuumCommand());
  apitrail.addCommand(retentionCommand());
  apitrail.addCommand(verifyCommand());
  apitrail.addCommand(serveProcessCommand(), { hidden: true });
  prepare(apitrail);
  return apitrail;
}

/** Commander would end the process on wrong usage by itself; here every end goes through one place. */
function prepare(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help to see how it is used)');
  command.commands.forEach(prepare);
}

// A reader that goes away, such as `| head`, is not a fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

program()
  .parseAsync()
  .catch((error: unknown) => {
    process.exitCode = reportError(error, (text) => process.stderr.write(text));
  });
