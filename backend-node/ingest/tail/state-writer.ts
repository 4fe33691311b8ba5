import { saveTailState, type TailSource } from './tail-state';

/** Puts the state on the disk: what is asked for while a write is under way goes with the next one, all of it at once. */
export class StateWriter {
  private writing: Promise<void> | undefined;
  private next: Promise<void> | undefined;
  private dirty = true;

  constructor(
    private readonly file: string,
    private readonly sources: readonly TailSource[]
  ) {}

  /** Something changed that need not be on the disk at once. */
  changed(): void {
    this.dirty = true;
  }

  async saveChanges(): Promise<void> {
    if (this.dirty) {
      await this.save();
    }
  }

  /** Resolves when everything as it is now is on the disk. */
  save(): Promise<void> {
    if (!this.writing) {
      return this.write();
    }
    this.next ??= this.writing
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.write();
      });
    return this.next;
  }

  private write(): Promise<void> {
    this.dirty = false;
    const writing = saveTailState(this.file, this.sources).finally(() => {
      if (this.writing === writing) {
        this.writing = undefined;
      }
    });
    this.writing = writing;
    return writing;
  }
}
