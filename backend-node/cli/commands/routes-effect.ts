import type { AppliedRoutes } from '../../ingest/routes/apply/apply-routes';
import { printTable } from '../print-table';
import { showBytes, showCount } from '../size-arguments';

/** Templates that are shown of each kind and service. */
const SHOWN = 5;

/** What applying routes does, or did, for people. */
export function effectLines(effect: AppliedRoutes, done: boolean): string[] {
  const { rows, changed_rows, services, changes, different_changes, files, bytes, days, interrupted } = effect;
  if (changed_rows === 0) {
    return [`Of ${showCount(rows, 'row')} with a path none ${done ? 'had' : 'would get'} another route.`];
  }
  const changed = services.filter((service) => service.changed_rows > 0);
  return [
    `Of ${showCount(rows, 'row')} with a path ${changed_rows.toLocaleString('en-US')} ${done ? 'got' : 'would get'} another route or source:`,
    '',
    ...table(
      ['service', 'rows', 'changed', 'templates', 'then'],
      changed.map((service) => [
        nameOf(service.service),
        service.rows,
        service.changed_rows,
        service.templates_before,
        service.templates_after,
      ])
    ),
    ...changed.flatMap(({ service, merged, split }) => [
      ...section(
        `${nameOf(service)}: become one`,
        merged,
        ({ into, from, templates, rows: count }) => `${into} ← ${members(from, templates)} (${showCount(count, 'row')})`
      ),
      ...section(
        `${nameOf(service)}: come apart`,
        split,
        ({ from, into, templates, rows: count }) => `${from} → ${members(into, templates)} (${showCount(count, 'row')})`
      ),
    ]),
    '',
    `Largest changes${different_changes > changes.length ? ` (${changes.length} of ${different_changes})` : ''}:`,
    ...table(
      ['service', 'from', 'source', 'to', 'source', 'rows'],
      changes.map((change) => [
        nameOf(change.service),
        change.from ?? '(none)',
        change.from_source,
        change.to ?? '(none)',
        change.to_source,
        change.rows,
      ])
    ),
    '',
    `${done ? 'Written anew' : 'To be written anew'}: ${showCount(files, 'file')} of ${showBytes(bytes)} in ${showCount(days, 'day')}. The old files stay until apitrail vacuum deletes them.`,
    ...(interrupted ? ['It was stopped; the same command goes on from there.'] : []),
  ];
}

function section<T>(title: string, entries: readonly T[], line: (entry: T) => string): string[] {
  const more = entries.length > SHOWN ? [`  … ${entries.length - SHOWN} more`] : [];
  return entries.length === 0
    ? []
    : ['', `${title}:`, ...entries.slice(0, SHOWN).map((entry) => `  ${line(entry)}`), ...more];
}

function members(names: readonly string[], count: number): string {
  return `${names.join(', ')}${count > names.length ? ` and ${count - names.length} more` : ''}`;
}

const nameOf = (service: string | null): string => service ?? '(no service)';

function table(columns: string[], rows: Array<Array<string | number | null>>): string[] {
  let text = '';
  printTable(columns, rows, (piece) => (text += piece));
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
