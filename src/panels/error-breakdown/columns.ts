import { type ErrorsModel } from './model';
import { type ColumnName, COLUMNS } from './options';

/** A column that is drawn. */
export interface DrawnColumn {
  name: ColumnName | 'title' | 'requests';
  label: string;
  /** Width in pixels. */
  width: number;
}

/** Room between columns, in pixels. */
export const COLUMN_GAP = 8;
/** Room for the arrow that opens a row. */
export const EXPANDER = 24;
const SCROLLBAR = 10;

const WIDTHS: Record<ColumnName, number> = {
  requestsChange: 82,
  share: 60,
  lastSeen: 104,
  customers: 84,
  customersChange: 96,
  owner: 104,
  trend: 120,
  firstSeen: 104,
  sessions: 76,
};

/** Which columns stay longest when a panel gets narrow. */
const PRIORITY: ColumnName[] = [
  'requestsChange',
  'share',
  'customers',
  'trend',
  'lastSeen',
  'owner',
  'customersChange',
  'firstSeen',
  'sessions',
];

const TITLE_LEAST = 180;
const TITLE_WANTED = 220;
const REQUESTS_WIDTH = 84;

/** The columns there is room and data for, and their widths. */
export function drawnColumns(
  model: ErrorsModel,
  wanted: ColumnName[],
  width: number,
  labels: Record<ColumnName, string>
): DrawnColumn[] {
  const known: Record<ColumnName, boolean> = {
    owner: model.has.owner,
    requestsChange: model.has.earlier,
    customersChange: model.has.earlier && model.has.customers,
    share: true,
    customers: model.has.customers,
    sessions: model.has.sessions,
    trend: model.has.trend,
    firstSeen: model.has.seen,
    lastSeen: model.has.seen,
  };
  const all = width - EXPANDER - SCROLLBAR - REQUESTS_WIDTH - COLUMN_GAP;
  let room = all - (width < 700 ? TITLE_LEAST : TITLE_WANTED);
  const kept = new Set<ColumnName>();
  for (const name of PRIORITY) {
    if (wanted.includes(name) && known[name] && room >= WIDTHS[name] + COLUMN_GAP) {
      kept.add(name);
      room -= WIDTHS[name] + COLUMN_GAP;
    }
  }
  const taken = [...kept].reduce((sum, name) => sum + WIDTHS[name] + COLUMN_GAP, 0);
  const others = COLUMNS.filter((name) => kept.has(name)).map((name) => ({
    name,
    label: labels[name],
    width: WIDTHS[name],
  }));
  return [
    { name: 'title', label: 'Error', width: Math.max(0, all - taken) },
    ...others.filter(({ name }) => name === 'owner'),
    { name: 'requests', label: 'Requests', width: REQUESTS_WIDTH },
    ...others.filter(({ name }) => name !== 'owner'),
  ];
}
