import zlib from 'node:zlib';
import type { Transform } from 'node:stream';

import { ApitrailError } from '@apitrail/contract';
import { Decompress } from 'fzstd';

import { zstdWindow } from './zstd-frames';

/** Undoes the coding of a body as it comes. */
export interface BodyDecoder {
  /** False when no more should be written until `onDrain`. */
  write(chunk: Buffer): boolean;
  /** Nothing more comes: `onDone` or `onFail` follows. */
  end(): void;
  /** Frees everything; nothing is called any more. */
  stop(): void;
}

export interface DecoderOptions {
  /** Most bytes that may come out. */
  limit: number;
  /** What it throws is handed to `onFail`. */
  onOutput(chunk: Buffer): void;
  onDone(): void;
  onFail(error: unknown): void;
  onDrain(): void;
}

/** Windows of zstd that every decompressor must take (RFC 8878, 3.1.1.1.2). */
const WINDOW_LOG = 23;
const OUTPUT_BYTES = 64 * 1024;

/** In Node from 22.15 and 23.8. */
type ZstdModule = { createZstdDecompress?(options: object): Transform };

/**
 * What undoes a `Content-Encoding`; undefined for none. Throws APITRAIL_UNSUPPORTED_MEDIA_TYPE for others and for more than
 * one, with which a bomb could hide behind another.
 */
export function decoderOf(coding: string, options: DecoderOptions): BodyDecoder | undefined {
  switch (coding) {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return throughStream('gzip', () => zlib.createGunzip({ chunkSize: OUTPUT_BYTES }), options);
    case 'deflate':
      return throughStream('deflate', inflater, options);
    case 'zstd': {
      const native = (zlib as unknown as ZstdModule).createZstdDecompress;
      return native
        ? throughStream('zstd', () => native({ chunkSize: OUTPUT_BYTES, params: { 100: WINDOW_LOG } }), options)
        : whole(options);
    }
    default:
      throw new ApitrailError(
        'APITRAIL_UNSUPPORTED_MEDIA_TYPE',
        'That Content-Encoding is not taken: gzip, deflate and zstd are, one at a time.',
        { where: 'Content-Encoding' }
      );
  }
}

/** `deflate` is the format of zlib by the standard, and bare deflate with some senders. */
function inflater(first: Buffer): Transform {
  const zlibHeader = first.length > 1 && (first[0]! & 15) === 8 && first.readUInt16BE(0) % 31 === 0;
  return zlibHeader
    ? zlib.createInflate({ chunkSize: OUTPUT_BYTES })
    : zlib.createInflateRaw({ chunkSize: OUTPUT_BYTES });
}

function throughStream(
  name: string,
  open: (first: Buffer) => Transform,
  { onOutput, onDone, onFail, onDrain }: DecoderOptions
): BodyDecoder {
  let stream: Transform | undefined;
  let start = Buffer.alloc(0);
  const opened = (): Transform =>
    open(start)
      .on('data', (chunk: Buffer) => {
        try {
          onOutput(chunk);
        } catch (error) {
          onFail(error);
        }
      })
      .on('drain', onDrain)
      .on('end', onDone)
      .on('error', () => onFail(damaged(name)));
  return {
    write: (chunk) => {
      if (stream) {
        return stream.write(chunk);
      }
      start = Buffer.concat([start, chunk]);
      // Two bytes tell zlib from bare deflate.
      return start.length < 2 || (stream = opened()).write(start);
    },
    end: () => {
      stream ??= opened();
      stream.end(start.length < 2 ? start : undefined);
    },
    stop: () => {
      stream
        ?.removeAllListeners()
        .on('error', () => undefined)
        .destroy();
    },
  };
}

/** zstd where Node has none: all of it is gathered, and its headers looked at before anything is allocated for it. */
function whole({ limit, onOutput, onDone, onFail }: DecoderOptions): BodyDecoder {
  const chunks: Buffer[] = [];
  let stopped = false;
  return {
    write: (chunk) => chunks.push(chunk) > 0,
    end: () => {
      try {
        const body = Buffer.concat(chunks);
        const window = zstdWindow(body);
        if (window === undefined) {
          throw damaged('zstd');
        }
        if (window > Math.max(2 ** WINDOW_LOG, limit)) {
          throw new ApitrailError('APITRAIL_BODY_TOO_LARGE', 'The zstd body needs a window that is too large.');
        }
        unzstd(body, onOutput);
      } catch (error) {
        onFail(error instanceof ApitrailError ? error : damaged('zstd'));
        return;
      }
      if (!stopped) {
        onDone();
      }
    },
    stop: () => {
      stopped = true;
    },
  };
}

/** Hands out block by block; what `onOutput` throws ends it. */
function unzstd(body: Buffer, onOutput: (chunk: Buffer) => void): void {
  // The decompressor goes on using the memory it hands out.
  const decompressor = new Decompress((data) => data.length > 0 && onOutput(Buffer.from(data)));
  decompressor.push(body, false);
  decompressor.push(new Uint8Array(0), true);
}

function damaged(name: string): ApitrailError {
  return new ApitrailError(
    'APITRAIL_BAD_BODY',
    `The body is not ${name} as its Content-Encoding says, or was cut short.`,
    {
      where: 'Content-Encoding',
    }
  );
}
