import { cohortNameSchema } from '@apitrail/contract';

const LONGEST = 64;

/** A name for a title: `Stopped before Payment: failed` is `stopped-before-payment-failed`. One that is not taken. */
export function nameFor(title: string, taken: readonly string[] = []): string {
  const plain = title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  const name = trimmed(plain.slice(0, LONGEST)) || 'cohort';
  for (let count = 1; ; count++) {
    const end = count === 1 ? '' : `-${count}`;
    const wanted = `${trimmed(name.slice(0, LONGEST - end.length))}${end}`;
    if (!taken.includes(wanted)) {
      return wanted;
    }
  }
}

/** What is wrong with a name; undefined when nothing is. */
export function nameFault(name: string): string | undefined {
  const result = cohortNameSchema.safeParse(name);
  return result.success ? undefined : `The name ${result.error.issues[0].message}.`;
}

function trimmed(text: string): string {
  return text.replace(/^-+|-+$/g, '');
}
