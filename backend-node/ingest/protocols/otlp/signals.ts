import { Contested } from './contested';
import { FieldTable } from './field-table';
import type { FieldSetter } from '../../normalise/fields';
import { exceptionFields, logFields, resourceFields, spanFields } from './request-fields';

/** What is read of one item at a time: bodies are decoded one after the other, and none waits in the middle. */
export const contested = new Contested();

/** What is done with the attributes of a span that are more than an attribute of the row. */
export const SPAN_NAMES: ReadonlyMap<string, FieldSetter> = spanFields(contested);

const logNames = logFields(contested);

/** Attributes of spans. */
export const SPAN_FIELDS = new FieldTable((name) => SPAN_NAMES.get(name));
/** Attributes of log records. */
export const LOG_FIELDS = new FieldTable((name) => logNames.get(name));
/** Attributes of resources and scopes. */
export const RESOURCE_FIELDS = new FieldTable(resourceFields(contested));
/** Attributes of the events of spans that are exceptions. */
export const EXCEPTION_FIELDS = new FieldTable(exceptionFields(contested));
