/** The times a range may lie between: what microseconds count exactly, whatever is read beyond the range. */
export const EARLIEST = Date.UTC(1700);
export const LATEST = Date.UTC(2200);
