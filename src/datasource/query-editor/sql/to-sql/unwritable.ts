/** A builder query that cannot be written as SQL; the message says to a person what stands in the way. */
export class UnwritableQuery extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnwritableQuery';
  }
}
