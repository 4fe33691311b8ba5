import { PbfWriter } from 'pbf';

import type { ModelAttributes, ModelExport, ModelLog, ModelSpan, ModelValue } from './export-model';

/** An ExportTraceServiceRequest. */
export function tracesProtobufOf(model: ModelExport<ModelSpan>): Buffer {
  return exportOf(model, writeSpan);
}

/** An ExportLogsServiceRequest. */
export function logsProtobufOf(model: ModelExport<ModelLog>): Buffer {
  return exportOf(model, writeLog);
}

function exportOf<Item>(model: ModelExport<Item>, writeItem: (item: Item, pbf: PbfWriter) => void): Buffer {
  const pbf = new PbfWriter();
  for (const { attributes, scopes } of model.resources) {
    message(pbf, 1, () => {
      message(pbf, 1, () => writeAttributes(pbf, 1, attributes));
      for (const scope of scopes) {
        message(pbf, 2, () => {
          message(pbf, 1, () => {
            writeText(pbf, 1, scope.name);
            writeAttributes(pbf, 3, scope.attributes);
          });
          for (const item of scope.items) {
            message(pbf, 2, () => writeItem(item, pbf));
          }
        });
      }
    });
  }
  return Buffer.from(pbf.finish());
}

function writeSpan(span: ModelSpan, pbf: PbfWriter): void {
  pbf.writeBytesField(1, Buffer.from(span.traceId, 'hex'));
  pbf.writeBytesField(2, Buffer.from(span.spanId, 'hex'));
  if (span.traceState !== undefined) {
    writeText(pbf, 3, span.traceState);
  }
  writeText(pbf, 5, span.name);
  pbf.writeVarintField(6, span.kind);
  fixed64(pbf, 7, span.start);
  fixed64(pbf, 8, span.end);
  writeAttributes(pbf, 9, span.attributes);
  for (const event of span.events ?? []) {
    message(pbf, 11, () => {
      fixed64(pbf, 1, span.end);
      writeText(pbf, 2, event.name);
      writeAttributes(pbf, 3, event.attributes);
    });
  }
  const { status } = span;
  if (status) {
    message(pbf, 15, () => {
      writeText(pbf, 2, status.message ?? '');
      pbf.writeVarintField(3, status.code);
    });
  }
}

function writeLog(log: ModelLog, pbf: PbfWriter): void {
  fixed64(pbf, 1, log.time);
  pbf.writeVarintField(2, 9);
  writeText(pbf, 3, log.severity);
  const { body } = log;
  if (body) {
    message(pbf, 5, () => writeValue(pbf, body));
  }
  writeAttributes(pbf, 6, log.attributes);
  pbf.writeBytesField(9, Buffer.from(log.traceId, 'hex'));
  pbf.writeBytesField(10, Buffer.from(log.spanId, 'hex'));
  fixed64(pbf, 11, log.observed);
}

function writeAttributes(pbf: PbfWriter, field: number, attributes: ModelAttributes): void {
  for (const [name, value] of attributes) {
    message(pbf, field, () => {
      writeText(pbf, 1, name);
      message(pbf, 2, () => writeValue(pbf, value));
    });
  }
}

function writeValue(pbf: PbfWriter, value: ModelValue): void {
  if ('string' in value) {
    writeText(pbf, 1, value.string);
  } else if ('bool' in value) {
    pbf.writeBooleanField(2, value.bool);
  } else if ('int' in value) {
    pbf.writeTag(3, 0);
    writeInt64(pbf, BigInt.asUintN(64, BigInt(value.int)));
  } else if ('double' in value) {
    pbf.writeDoubleField(4, value.double);
  } else if ('list' in value) {
    message(pbf, 5, () => value.list.forEach((item) => message(pbf, 1, () => writeValue(pbf, item))));
  } else if ('map' in value) {
    message(pbf, 6, () => writeAttributes(pbf, 1, value.map));
  } else {
    pbf.writeBytesField(7, value.bytes);
  }
}

/** pbf itself writes characters beyond the sixteenth bit wrong. */
function writeText(pbf: PbfWriter, field: number, text: string): void {
  pbf.writeBytesField(field, Buffer.from(text));
}

function message(pbf: PbfWriter, field: number, write: () => void): void {
  pbf.writeMessage(field, write, undefined);
}

function fixed64(pbf: PbfWriter, field: number, value: string): void {
  const number = BigInt(value);
  pbf.writeTag(field, 1);
  pbf.writeFixed32(Number(number & 0xffffffffn));
  pbf.writeFixed32(Number(number >> 32n));
}

function writeInt64(pbf: PbfWriter, value: bigint): void {
  let rest = value;
  do {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    pbf.writeVarint(0); // makes room for a byte, which is then put in place
    pbf.buf[pbf.pos - 1] = rest === 0n ? byte : byte | 0x80;
  } while (rest !== 0n);
}
