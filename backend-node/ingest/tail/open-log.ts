import { open } from 'node:fs/promises';

import { hasCode } from '../../lake/durable';
import { fileSource } from '../import/byte-source';
import { compressionOf } from '../import/decompress';
import { PlainReader, UnpackingReader, type ContentReader } from './content-reader';
import type { FileSignature } from './find-logs';

/** A log that was opened. */
export interface OpenedLog {
  reader: ContentReader;
  /** It is compressed, and does not grow. */
  whole: boolean;
  signature: FileSignature;
}

/** Opens a log, compressed or plain. Undefined when it has gone meanwhile. */
export async function openLog(path: string): Promise<OpenedLog | undefined> {
  try {
    const handle = await open(path, 'r');
    try {
      const info = await handle.stat();
      const signature = { device: info.dev, inode: info.ino, size: info.size, modifiedMs: info.mtimeMs };
      const plain = new PlainReader(handle);
      if (!info.isFile()) {
        await handle.close();
        return undefined;
      }
      if (compressionOf(await plain.read(0, 6), path) === 'plain') {
        return { reader: plain, whole: false, signature };
      }
      await handle.close();
      const source = await fileSource({ label: path, name: path, path });
      const modified = () => Promise.resolve(signature.modifiedMs);
      return { reader: new UnpackingReader(source, modified), whole: true, signature };
    } catch (error) {
      await handle.close().catch(() => undefined);
      throw error;
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
}
