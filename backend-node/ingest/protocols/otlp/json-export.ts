import type { Resource } from './resource';
import { JsonItem, type JsonNames } from './item-text';
import { Items } from './items';
import type { FieldTable } from './field-table';
import { badJson, scanJson } from './json-scan';
import { listAt, objectAt, textAt, valueAt, type JsonObject } from './json-values';
import { contested, RESOURCE_FIELDS } from './signals';
import type { DecodeContext, Decoded } from '../../intake/decoder';
import { parseJson } from '../../formats/json';

/** Reads a span or log record, and gives it to the items. */
export type JsonItemReader = (item: JsonObject, items: Items, resource: Resource, where: string) => void;

/** A number that a double may not hold; OTLP writes those as text, but not every sender does. */
const MAY_HAVE_LONG_NUMBER = /[:[,\s]-?\d{16}/;

/** The object that a body is; an empty body is an empty one. Throws APITRAIL_BAD_BODY. */
export function parseExport(body: Buffer): JsonObject {
  if (body.length === 0) {
    return {};
  }
  scanJson(body);
  let value: unknown;
  try {
    const text = body.toString('utf8');
    value = MAY_HAVE_LONG_NUMBER.test(text) ? parseJson(text) : JSON.parse(text);
  } catch {
    throw badJson('cannot be parsed', 'the text');
  }
  if (value === null) {
    throw badJson('is no object', 'the text');
  }
  return objectAt(value, 'the text');
}

/** Records of an export request in JSON: `read` reads its spans or log records. Throws APITRAIL_BAD_BODY. */
export function decodeJson(body: Buffer, context: DecodeContext, names: JsonNames, read: JsonItemReader): Decoded {
  const source = new JsonItem(names);
  const items = new Items(context, contested, source);
  forEachScope(parseExport(body), names, (resource, scope, where) => {
    items.begin();
    source.resource = resource.resource;
    source.scope = scope.scope;
    readAttributes(
      objectAt(resource.resource, `${where.resource}.resource`),
      items,
      RESOURCE_FIELDS,
      `${where.resource}.resource`
    );
    readAttributes(objectAt(scope.scope, `${where.scope}.scope`), items, RESOURCE_FIELDS, `${where.scope}.scope`);
    const own = items.resource();
    listAt(scope[names.items], `${where.scope}.${names.items}`).forEach((item, index) => {
      const place = `${where.scope}.${names.items}[${index}]`;
      items.begin();
      source.item = objectAt(item, place);
      read(source.item, items, own, place);
    });
  });
  return items.result();
}

/** Every scope of an export request, with its resource and where both stand. */
export function forEachScope(
  request: JsonObject,
  names: JsonNames,
  read: (resource: JsonObject, scope: JsonObject, where: { resource: string; scope: string }) => void
): void {
  listAt(request[names.resources], names.resources).forEach((one, index) => {
    const resourceAt = `${names.resources}[${index}]`;
    const resource = objectAt(one, resourceAt);
    listAt(resource[names.scopes], `${resourceAt}.${names.scopes}`).forEach((scope, at) => {
      const scopeAt = `${resourceAt}.${names.scopes}[${at}]`;
      read(resource, objectAt(scope, scopeAt), { resource: resourceAt, scope: scopeAt });
    });
  });
}

/** Puts the list `attributes` of an object into the record. */
export function readAttributes(holder: JsonObject, items: Items, fields: FieldTable, where: string): void {
  const list = listAt(holder.attributes, `${where}.attributes`);
  for (let index = 0; index < list.length; index++) {
    const place = `${where}.attributes[${index}]`;
    const attribute = objectAt(list[index], place);
    const key = textAt(attribute.key, `${place}.key`);
    const value = valueAt(attribute.value, `${place}.value`);
    if (key !== '' && value !== undefined) {
      items.put(fields, fields.named(key), value);
    }
  }
}
