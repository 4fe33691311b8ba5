/** The value of an attribute: one that OTLP nests (lists, maps) as JSON would have it, bytes in base64. */
export type AttributeValue = string | number | boolean | AttributeValue[] | { [key: string]: AttributeValue };

/** Lists and maps within each other go no deeper; protocol buffers’ own limit. */
export const DEEPEST_VALUE = 100;
