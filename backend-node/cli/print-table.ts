/** Writes rows as aligned columns; numbers go right, everything else left. */
export function printTable(
  columns: readonly string[],
  rows: ReadonlyArray<ReadonlyArray<string | number | null>>,
  write: (text: string) => void = (text) => process.stdout.write(text)
): void {
  const cells = rows.map((row) =>
    row.map((cell) => (cell === null ? '' : typeof cell === 'number' ? formatNumber(cell) : oneLine(cell)))
  );
  const right = columns.map(
    (_, column) => rows.length > 0 && rows.every((row) => row[column] === null || typeof row[column] === 'number')
  );
  const widths = columns.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  write(`${line(columns)}\n${line(widths.map((width) => '-'.repeat(width)))}\n`);
  cells.forEach((row) => write(`${line(row)}\n`));
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

/** Control characters of a log must not reach the terminal. */
function oneLine(text: string): string {
  const cut = text.length > 120 ? `${text.slice(0, 119)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}]/gu, '�');
}
