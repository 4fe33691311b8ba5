/*
 * DuckDB does not always write a tree the way it reads it. These put something that means the same, and that it does, in
 * the place of what it does not. They work on DuckDB's own JSON, because some of its numbers are larger than JavaScript's.
 * In strings of the tree every quote has a backslash before it, so nothing in there is ever mistaken for a node.
 */

/** A literal such as 1e3, or the TRUE of IS TRUE. */
const LITERAL =
  /\{"class":"CONSTANT","type":"VALUE_CONSTANT","alias":("(?:[^"\\]|\\.)*"),"query_location":(\d+),"value":\{"type":\{"id":"(DOUBLE|BOOLEAN)","type_info":null\},"is_null":false,"value":([-+.\deE]+|true|false)\}\}/g;

/** 1e3 is written as 1000.0, which is a DECIMAL, and TRUE as a word that is read as a cast: a cast of a text stays one. */
export function castLiterals(json: string): string {
  return json.replace(LITERAL, (_, alias: string, location: string, type: string, value: string) => {
    const text = value === 'true' ? 't' : value === 'false' ? 'f' : value;
    const child = `{"class":"CONSTANT","type":"VALUE_CONSTANT","alias":"","query_location":${location},"value":{"type":{"id":"VARCHAR","type_info":null},"is_null":false,"value":"${text}"}}`;
    return `{"class":"CAST","type":"OPERATOR_CAST","alias":${alias},"query_location":${location},"child":${child},"cast_type":{"id":"${type}","type_info":null},"try_cast":false}`;
  });
}

const CROSS_JOIN = /"condition":null,"join_type":"INNER","ref_type":"CROSS"/g;
/** How DuckDB says that a node stands nowhere. */
const NOWHERE = '18446744073709551615';
const ALWAYS = `{"class":"CAST","type":"OPERATOR_CAST","alias":"","query_location":${NOWHERE},"child":{"class":"CONSTANT","type":"VALUE_CONSTANT","alias":"","query_location":${NOWHERE},"value":{"type":{"id":"VARCHAR","type_info":null},"is_null":false,"value":"t"}},"cast_type":{"id":"BOOLEAN","type_info":null},"try_cast":false}`;

/** CROSS JOIN is written as a comma, which binds less than the JOIN behind it: JOIN ON TRUE does not. */
export function joinOnTrue(json: string): string {
  return json.replace(CROSS_JOIN, `"condition":${ALWAYS},"join_type":"INNER","ref_type":"REGULAR"`);
}
