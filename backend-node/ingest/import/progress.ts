/** How far an import is. */
export interface Progress {
  file: string;
  /** Bytes on disk read and to read; undefined where a stream’s end is not known. */
  bytesRead: number;
  bytesTotal: number | undefined;
  rows: number;
  rejected: number;
}

/** Where progress is shown. */
export interface ProgressOutput {
  write(text: string): unknown;
  isTTY?: boolean;
}

const TTY_INTERVAL_MS = 200;
const LINE_INTERVAL_MS = 5_000;

/** Shows progress: on a terminal one line that is written over, elsewhere a line every few seconds. */
export class ProgressReporter {
  private readonly began = Date.now();
  private last = 0;
  private open = false;

  constructor(
    private readonly output: ProgressOutput,
    private readonly quiet = false
  ) {}

  update(progress: Progress): void {
    this.show((seconds) => progressLine(progress, seconds));
  }

  /** Shows a line if it is time for one; it is given the seconds since the beginning. */
  show(line: (seconds: number) => string): void {
    const now = Date.now();
    const interval = this.output.isTTY ? TTY_INTERVAL_MS : LINE_INTERVAL_MS;
    if (this.quiet || now - Math.max(this.last, this.began) < interval) {
      return;
    }
    this.last = now;
    const text = line((now - this.began) / 1000);
    if (this.output.isTTY) {
      this.output.write(`\r\x1b[2K${text}`);
      this.open = true;
    } else {
      this.output.write(`${text}\n`);
    }
  }

  /** Says something that stays. */
  note(text: string): void {
    if (!this.quiet) {
      this.clear();
      this.output.write(`${text}\n`);
    }
  }

  /** Says what went wrong, quiet or not. */
  problem(text: string): void {
    this.clear();
    this.output.write(`${text}\n`);
  }

  /** Takes the progress line away. */
  clear(): void {
    if (this.open) {
      this.output.write('\r\x1b[2K');
      this.open = false;
    }
  }
}

/** `access.log  42 %  1,234,567 rows  12 rejected  81,000 rows/s  3 min left` */
export function progressLine(progress: Progress, seconds: number): string {
  const { file, bytesRead, bytesTotal, rows, rejected } = progress;
  const share = bytesTotal ? Math.min(1, bytesRead / bytesTotal) : undefined;
  const rate = rows / Math.max(seconds, 0.001);
  const left = share && share > 0 ? (seconds / share) * (1 - share) : undefined;
  return [
    file,
    share === undefined ? `${(bytesRead / 1e6).toFixed(1)} MB read` : `${Math.floor(share * 100)} %`,
    `${rows.toLocaleString('en-US')} rows`,
    ...(rejected > 0 ? [`${rejected.toLocaleString('en-US')} rejected`] : []),
    `${Math.round(rate).toLocaleString('en-US')} rows/s`,
    ...(left === undefined ? [] : [`${duration(left)} left`]),
  ].join('  ');
}

function duration(seconds: number): string {
  return seconds < 90
    ? `${Math.ceil(seconds)} s`
    : seconds < 5400
      ? `${Math.ceil(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`;
}
