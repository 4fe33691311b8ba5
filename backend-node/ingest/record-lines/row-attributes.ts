import { RequestRecord } from '../normalise/request-record';

/** Attributes of rows that are no columns; rows with the same share them. */
export class RowAttributes {
  /** Under the policy, once it was asked; null where nothing is left. */
  private protectedValues: Record<string, string> | null | undefined = undefined;

  private protector: ((record: RequestRecord) => void) | undefined;

  constructor(readonly values: Readonly<Record<string, string>>) {}

  /** Under the policy, which is asked once. */
  protectedBy(protect: (record: RequestRecord) => void): Readonly<Record<string, string>> | null {
    if (this.protectedValues === undefined || this.protector !== protect) {
      this.protector = protect;
      const record = new RequestRecord();
      record.attributes = { ...this.values };
      protect(record);
      this.protectedValues = record.attributes ?? null;
    }
    return this.protectedValues;
  }
}
