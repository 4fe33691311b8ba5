import { Presence } from '../hot/parquet/bits';
import type { Bytes } from '../hot/parquet/bytes';
import { writeDeltas } from '../hot/parquet/delta';
import { Encoding } from '../hot/parquet/format';
import { physicalTypeOf, type NumberKind } from '../hot/parquet/number-column';
import type { HotInput, InputFile } from './hot-input';
import type { GatheredColumn, PageRoom, SortedChunk } from './sorted-chunk';

const HIGH = 0x1_0000_0000;

/** A column of numbers or times. */
export class NumberGathered implements GatheredColumn {
  /** Where the values of all rows begin; 0 is null. */
  private readonly rows: Uint32Array;
  private readonly width: number;
  /** Whether no row is null. */
  private complete = true;

  constructor(
    private readonly input: HotInput,
    private readonly name: string,
    private readonly kind: NumberKind,
    private readonly room: PageRoom,
    /** Whether values lie so close together that differences are smaller than values. */
    private readonly dense: boolean,
    /** What its memory is for: another name where others are to be read before it is used up. */
    use = ''
  ) {
    this.width = kind === 'integer' ? 4 : 8;
    this.rows = input.scratch.numbers(`rows${use}`, input.rows);
    input.files.forEach((file) => this.read(file));
  }

  /** The value of a row; undefined is null. Times in microseconds since the epoch. */
  value(row: number): number | undefined {
    const at = this.rows[row]!;
    return at === 0 ? undefined : this.at(at);
  }

  *chunks(order: Uint32Array): Iterable<SortedChunk> {
    const presence = this.complete ? undefined : new Presence();
    const places = this.input.scratch.numbers('values', order.length);
    let count = 0;
    let [min, max] = [Infinity, -Infinity];
    let [minAt, maxAt] = [-1, -1];
    for (let row = 0; row < order.length; row++) {
      const place = this.rows[order[row]!]!;
      if (place !== 0) {
        presence?.set(row);
        places[count++] = place;
        const value = this.at(place);
        if (value < min) {
          [min, minAt] = [value, place];
        }
        if (value > max) {
          [max, maxAt] = [value, place];
        }
      }
    }
    const content = this.room.begin(presence, order.length);
    const encoding = this.write(content, places.subarray(0, count));
    const { name, kind, width, input } = this;
    const nulls = order.length - count;
    const bytes = (place: number): Buffer => input.bytes.subarray(place, place + width);
    // Zero has two signs, and readers may take either for the other.
    const exact = count > 0 && (kind !== 'double' || (min !== 0 && max !== 0));
    yield {
      ...{ path: [name], type: physicalTypeOf(kind), encoding, data: { values: order.length, content } },
      statistics: { nulls, ...(exact ? { min: bytes(minAt), max: bytes(maxAt) } : {}) },
      ...(count > 0 ? { bounds: { min: this.asText(min), max: this.asText(max) } } : {}),
    };
  }

  private read({ first, rows, chunks }: InputFile): void {
    const chunk = chunks.get(this.name);
    if (!chunk) {
      this.rows.fill(0, first, first + rows);
      this.complete = false;
      return;
    }
    const { width } = this;
    const { levels, present, end } = this.input.presence(chunk);
    if (end + present * width > chunk.data.end) {
      throw new RangeError(`${this.name}: fewer numbers than there should be`);
    }
    this.complete &&= present === rows;
    for (let row = 0, at = end; row < rows; row++) {
      if (levels && levels[row] === 0) {
        this.rows[first + row] = 0;
      } else {
        this.rows[first + row] = at;
        at += width;
      }
    }
  }

  private write(to: Bytes, places: Uint32Array): Encoding {
    if (this.dense && places.length > 0) {
      const before = to.length;
      if (writeDeltas(to, this.values(places), places.length)) {
        return Encoding.DELTA_BINARY_PACKED;
      }
      to.length = before;
    }
    const { width } = this;
    const { view } = this.input;
    const room = to.room(places.length * width);
    const target = new DataView(room.buffer, room.byteOffset, room.length);
    let at = to.length;
    for (let index = 0; index < places.length; index++) {
      const place = places[index]!;
      target.setUint32(at, view.getUint32(place, true), true);
      if (width === 8) {
        target.setUint32(at + 4, view.getUint32(place + 4, true), true);
      }
      at += width;
    }
    to.length = at;
    return Encoding.PLAIN;
  }

  private values(places: Uint32Array): Float64Array {
    const values = new Float64Array(places.length);
    for (let index = 0; index < places.length; index++) {
      values[index] = this.at(places[index]!);
    }
    return values;
  }

  private at(place: number): number {
    const { view } = this.input;
    switch (this.kind) {
      case 'double':
        return view.getFloat64(place, true);
      case 'integer':
        return view.getInt32(place, true);
      default:
        return view.getUint32(place, true) + view.getInt32(place + 4, true) * HIGH;
    }
  }

  private asText(value: number): string {
    return this.kind === 'timestamp' ? timeText(value) : String(value);
  }
}

/** A time as the engine writes it, `2026-11-23 04:05:06.123456+00`. */
function timeText(micros: number): string {
  const ms = Math.floor(micros / 1000);
  const [day, time] = new Date(ms).toISOString().slice(0, -1).split('T');
  return `${day} ${time}${String(micros - ms * 1000).padStart(3, '0')}+00`;
}
