import type { ModelAttributes, ModelExport, ModelLog, ModelSpan, ModelValue } from './export-model';

/** An ExportTraceServiceRequest in JSON. */
export function tracesJsonOf(model: ModelExport<ModelSpan>): Buffer {
  return exportOf(model, 'resourceSpans', 'scopeSpans', 'spans', ({ start, end, attributes, events, ...span }) => ({
    ...span,
    startTimeUnixNano: start,
    endTimeUnixNano: end,
    attributes: attributesOf(attributes),
    events: events?.map((event) => ({ ...event, attributes: attributesOf(event.attributes) })),
  }));
}

/** An ExportLogsServiceRequest in JSON. */
export function logsJsonOf(model: ModelExport<ModelLog>): Buffer {
  return exportOf(model, 'resourceLogs', 'scopeLogs', 'logRecords', (log) => ({
    timeUnixNano: log.time,
    observedTimeUnixNano: log.observed,
    severityText: log.severity,
    traceId: log.traceId,
    spanId: log.spanId,
    body: log.body && valueOf(log.body),
    attributes: attributesOf(log.attributes),
  }));
}

function exportOf<Item>(
  model: ModelExport<Item>,
  resources: string,
  scopes: string,
  items: string,
  itemOf: (item: Item) => object
): Buffer {
  return Buffer.from(
    JSON.stringify({
      [resources]: model.resources.map((resource) => ({
        resource: { attributes: attributesOf(resource.attributes) },
        [scopes]: resource.scopes.map((scope) => ({
          scope: { name: scope.name, attributes: attributesOf(scope.attributes) },
          [items]: scope.items.map(itemOf),
        })),
      })),
    })
  );
}

function attributesOf(attributes: ModelAttributes): object[] {
  return attributes.map(([key, value]) => ({ key, value: valueOf(value) }));
}

function valueOf(value: ModelValue): object {
  if ('string' in value) {
    return { stringValue: value.string };
  }
  if ('bool' in value) {
    return { boolValue: value.bool };
  }
  if ('int' in value) {
    return { intValue: value.int };
  }
  if ('double' in value) {
    return { doubleValue: Number.isFinite(value.double) ? value.double : String(value.double) };
  }
  if ('list' in value) {
    return { arrayValue: { values: value.list.map(valueOf) } };
  }
  return 'map' in value
    ? { kvlistValue: { values: attributesOf(value.map) } }
    : { bytesValue: value.bytes.toString('base64') };
}
