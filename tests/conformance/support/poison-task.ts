/** What a process that takes in is to do. */
export interface PoisonTask {
  /** Folder of the lake and of the key. */
  folder: string;
  /** Ids of rows to send, each in a batch of its own; `large` begins those of large batches. */
  send: readonly string[];
  /** The process ends when it decodes a body that has this in it. */
  poison?: string;
}
