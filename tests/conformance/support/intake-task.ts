/** What a process that takes in is to do. */
export interface IntakeTask {
  /** Folder of the lake and of the key. */
  folder: string;
  /** Begins the names of its batches. */
  run: string;
  /** Batches that are under way at the same time, and how many each sender sends one after the other. */
  senders: number;
  each: number;
  rows: number;
  flushRows: number;
  /** Whether the intake is closed at the end. */
  close: boolean;
}
