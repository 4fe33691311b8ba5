const ALL = 2 ** 56;
const HALF = 2 ** 28;

/**
 * How many requests a sampled span stands for, by the `tracestate` of its trace; undefined where it says nothing. `ot=th:…`
 * is the threshold of consistent probability sampling (OTEP 235: spans whose randomness is at or above it are kept, so one
 * stands for 2^56 / (2^56 − threshold)); `ot=p:…` its older form, one in 2^p.
 */
export function weightOfTraceState(traceState: string): number | undefined {
  for (const member of traceState.split(',')) {
    const text = member.trim();
    if (text.startsWith('ot=')) {
      return weightOfMember(text.slice(3));
    }
  }
  return undefined;
}

function weightOfMember(member: string): number | undefined {
  let weight: number | undefined;
  for (const part of member.split(';')) {
    const threshold = /^th:([0-9a-f]{1,14})$/.exec(part);
    if (threshold) {
      const digits = threshold[1]!.padEnd(14, '0');
      // In halves, as 56 bits are more than a double holds, and the difference may be 1.
      const kept = (HALF - Number.parseInt(digits.slice(0, 7), 16)) * HALF - Number.parseInt(digits.slice(7), 16);
      return ALL / kept;
    }
    const exponent = /^p:(\d{1,2})$/.exec(part);
    // 63 stands for spans that were kept for another reason than chance.
    if (exponent && Number(exponent[1]) < 63) {
      weight = 2 ** Number(exponent[1]);
    }
  }
  return weight;
}
