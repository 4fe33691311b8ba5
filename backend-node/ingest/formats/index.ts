export { Reject, type Format, type Framing, type LineParser, type FieldsParser } from './format';
export { FORMATS, FORMAT_NAMES, formatNamed } from './registry';
export { detectFormat, type Detection } from './detect';
export { readMapping, parseMapping, mappingSchema, type Mapping } from './mapping';
