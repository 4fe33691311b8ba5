import { Command } from 'commander';

import { routesApplyCommand } from './routes-apply';
import { routesImportCommand } from './routes-import';
import { routesListCommand } from './routes-list';
import { routesTestCommand } from './routes-test';
import { routesRemoveCommand, routesShowCommand, routesVersionsCommand } from './routes-versions';

/** `apitrail routes`: which routes there are, where they come from, and giving them to what is stored. */
export function routesCommand(): Command {
  return new Command('routes')
    .description('import, list, test and apply the routes of requests')
    .addCommand(routesListCommand())
    .addCommand(routesTestCommand())
    .addCommand(routesImportCommand())
    .addCommand(routesVersionsCommand())
    .addCommand(routesShowCommand())
    .addCommand(routesRemoveCommand())
    .addCommand(routesApplyCommand());
}
