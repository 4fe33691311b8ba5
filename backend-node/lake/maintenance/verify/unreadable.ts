import { MissingFileError } from '../../../engine/duckdb-errors';

/** What the engine says when it is the file: bytes that are no Parquet, do not decompress or do not decode. */
const DAMAGE =
  /magic bytes|TProtocolException|thrift|footer|zstd|snappy|gzip|lz4|brotli|decompress|invalid (?:page|data|encoding|unicode|string encoding)|corrupt|out of (?:range|bounds|buffer)|out of page|don't know what type|page header|dictionary|offset|not (?:enough|a parquet)|too small to be a parquet/i;

/** What it says when it is the machine. */
const MACHINE =
  /memory|bad_alloc|no space|permission denied|too many open|input\/output error|resource temporarily|temp_directory|offload|interrupted/i;

/** Whether an error of reading a file proves that its bytes are damaged, rather than that it could not be read just now. */
export function provesDamage(error: unknown): boolean {
  if (error instanceof MissingFileError) {
    return false;
  }
  const text = [error, (error as { cause?: unknown }).cause]
    .map((one) => (typeof one === 'object' && one !== null && 'message' in one ? String(one.message) : ''))
    .join('\n')
    // Names of files say nothing.
    .replace(/"[^"]*"/g, '');
  return !MACHINE.test(text) && DAMAGE.test(text);
}

/** Why a file could not be checked, and what to do. */
export function notChecked(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'APITRAIL_OUT_OF_MEMORY') {
    return 'was not checked: that needs more memory than limits.memory allows. Raise it and verify once more';
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return 'was not checked: it may not be read. Run verify as the user the lake belongs to';
  }
  if (code === 'EIO') {
    return 'was not checked: the disk cannot read it. Copy the lake to another disk, or restore the file from a backup';
  }
  return `was not checked: ${message}`;
}
