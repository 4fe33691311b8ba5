/**
 * Memory that is used again for one column after the other, and one group of files after the other: fresh arrays for each
 * would be collected in no time, but only after V8 has stopped everything to look for them.
 */
export class Scratch {
  private readonly arrays = new Map<string, Uint32Array<ArrayBuffer>>();
  private content = Buffer.alloc(0);

  /** Numbers for a use, of unknown content. They are overwritten when others are asked for the same use. */
  numbers(use: string, length: number): Uint32Array<ArrayBuffer> {
    let array = this.arrays.get(use);
    if (!array || array.length < length) {
      array = new Uint32Array(Math.max(length, Math.ceil((array?.length ?? 0) * 1.5)));
      this.arrays.set(use, array);
    }
    return array.subarray(0, length);
  }

  /** Memory for the content of files. */
  bytes(length: number): Buffer {
    if (this.content.length < length) {
      this.content = Buffer.allocUnsafeSlow(length);
    }
    return this.content.subarray(0, length);
  }
}
