import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { markerOf, type FrameMarker } from '@apitrail/contract';

/** The marker of a frame of ours, when it answers a query of that type. */
export function frameMarker<T extends FrameMarker>(frame: DataFrame, queryType: T['queryType']): T | undefined {
  const marker = markerOf(frame.meta?.custom);
  return marker?.queryType === queryType ? (marker as T) : undefined;
}

/** How a column's name is compared: without case, spaces, dashes and underscores. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_.-]/g, '');
}

/** The first field with one of these names, in the order of the names. */
export function fieldNamed(frame: DataFrame, names: readonly string[], type?: FieldType): Field | undefined {
  for (const name of names) {
    const wanted = plain(name);
    const found = frame.fields.find((f) => plain(f.name) === wanted && (type === undefined || f.type === type));
    if (found) {
      return found;
    }
  }
  return undefined;
}

/** Fields of that type that are not among the taken ones. */
export function fieldsOfType(frame: DataFrame, type: FieldType, taken: ReadonlyArray<Field | undefined> = []): Field[] {
  return frame.fields.filter((f) => f.type === type && !taken.includes(f));
}

/** The number in a row of a field, or NaN when there is none. */
export function numberAt(field: Field | undefined, row: number): number {
  const value: unknown = field?.values[row];
  return typeof value === 'number' ? value : NaN;
}

/** The text in a row of a field; undefined when the cell is empty. */
export function textAt(field: Field | undefined, row: number): string | undefined {
  const value: unknown = field?.values[row];
  return value === null || value === undefined ? undefined : String(value);
}
