import { exportOf, type ItemSource, type JsonNames } from './item-text';
import { RESOURCE, SCOPE, type Shape } from './protobuf-shapes';
import { intoJson } from './protobuf-to-json';
import { WireReader } from './wire-reader';

/** Places of a message in the bytes. */
interface Range {
  start: number;
  end: number;
}

const NOWHERE: Range = { start: 0, end: 0 };

/** The item of a body in protobuf. */
export class ProtobufItem implements ItemSource {
  /** The ResourceSpans and ScopeSpans, or their like, around the item. */
  resource = NOWHERE;
  scope = NOWHERE;
  start = 0;
  end = 0;
  private readonly firsts = new WeakMap<Range, unknown>();

  constructor(
    private readonly bytes: Buffer,
    private readonly names: JsonNames,
    private readonly shape: Shape
  ) {}

  text(): string {
    return exportOf(
      this.names,
      this.first(this.resource, RESOURCE),
      this.first(this.scope, SCOPE),
      this.read(this, this.shape)
    );
  }

  /** The message in field 1 of another. It is looked for once, since that goes past all items. */
  private first(range: Range, message: Shape): unknown {
    if (!this.firsts.has(range)) {
      this.firsts.set(range, this.read(range, new Map([[0x0a, { name: 'first', kind: { message } }]])).first);
    }
    return this.firsts.get(range);
  }

  private read({ start, end }: Range, shape: Shape): Record<string, unknown> {
    const reader = new WireReader(this.bytes);
    reader.position = start;
    const message = {};
    intoJson(reader, end, shape, message);
    return message;
  }
}
