import type { AddAction } from '../../actions';
import type { TableState } from '../../table-state';

/**
 * What differs between a state put together from entries and that of a checkpoint, in words. Other writers' checkpoints
 * may leave out tags; files removed before `forgotten`, epoch milliseconds, may be left out of both.
 */
export function differences(entries: TableState, checkpoint: TableState, forgotten: number): string[] {
  const found: string[] = [];
  const say = (what: string, a: unknown, b: unknown) => {
    if (canonical(a) !== canonical(b)) {
      found.push(what);
    }
  };
  say('another protocol', versions(entries), versions(checkpoint));
  say('another schema', parsed(entries.metadata.schemaString), parsed(checkpoint.metadata.schemaString));
  say('other properties', entries.metadata.configuration, checkpoint.metadata.configuration);
  say('other progress of imports', progress(entries), progress(checkpoint));
  for (const [path, { add }] of entries.files) {
    const other = checkpoint.files.get(path);
    if (!other) {
      found.push(`it lacks the file ${path}`);
    } else {
      say(`${path} has another size or other statistics`, essence(add), essence(other.add));
    }
  }
  for (const path of checkpoint.files.keys()) {
    if (!entries.files.has(path)) {
      found.push(`it has a file more, ${path}`);
    }
  }
  for (const [path, { deletionTimestamp }] of entries.tombstones) {
    if ((deletionTimestamp ?? 0) > forgotten && !checkpoint.tombstones.has(path)) {
      found.push(`it forgets that ${path} was removed`);
    }
  }
  return found;
}

const versions = ({ protocol: { minReaderVersion, minWriterVersion } }: TableState) => [
  minReaderVersion,
  minWriterVersion,
];
const progress = ({ transactions }: TableState) => [...transactions].map(([id, { version }]) => [id, version]).sort();
const essence = ({ size, partitionValues, stats }: AddAction) => ({ size, partitionValues, stats: parsed(stats) });

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? 'null');
  } catch {
    return json;
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item
  );
}
