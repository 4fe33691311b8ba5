import { Bytes } from './bytes';

const BOOLEAN_TRUE = 1;
const BOOLEAN_FALSE = 2;
const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** A value of Thrift's compact protocol. */
export type ThriftValue = (to: Bytes) => { type: number };

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

/** An enum or an integer of 32 bits. */
export const i32 = (value: number): ThriftValue => written(I32, (to) => to.varint(zigzag(value)));
/** An integer of 64 bits; of 52 at most here. */
export const i64 = (value: number): ThriftValue => written(I64, (to) => to.varint(zigzag(value)));
/** A field that is true or false. */
export const boolean = (value: boolean): ThriftValue => written(value ? BOOLEAN_TRUE : BOOLEAN_FALSE, () => {});
/** Text. */
export const text = (value: string): ThriftValue => binary(Buffer.from(value, 'utf8'));
/** Bytes. */
export const binary = (value: Uint8Array): ThriftValue =>
  written(BINARY, (to) => {
    to.varint(value.length);
    to.bytes(value);
  });

/** A list of values of one type. */
export const list = (values: readonly ThriftValue[]): ThriftValue =>
  written(LIST, (to) => {
    const elements = values.map((value) => {
      const bytes = new Bytes(64);
      return { bytes, ...value(bytes) };
    });
    const type = elements[0]?.type ?? STRUCT;
    if (elements.length < 15) {
      to.uint8((elements.length << 4) | type);
    } else {
      to.uint8(0xf0 | type);
      to.varint(elements.length);
    }
    elements.forEach(({ bytes }) => to.bytes(bytes.view()));
  });

/** A struct: its fields by number; undefined ones are left out. */
export const struct = (fields: Readonly<Record<number, ThriftValue | undefined>>): ThriftValue =>
  written(STRUCT, (to) => {
    let before = 0;
    for (const [key, value] of Object.entries(fields)) {
      if (value) {
        const id = Number(key);
        const bytes = new Bytes(64);
        const { type } = value(bytes);
        if (id - before <= 15) {
          to.uint8(((id - before) << 4) | type);
        } else {
          to.uint8(type);
          to.varint(zigzag(id));
        }
        to.bytes(bytes.view());
        before = id;
      }
    }
    to.uint8(0);
  });

/** The bytes of a struct. */
export function encode(value: ThriftValue): Buffer {
  const bytes = new Bytes();
  value(bytes);
  return bytes.view();
}

function written(type: number, write: (to: Bytes) => void): ThriftValue {
  return (to) => {
    write(to);
    return { type };
  };
}
