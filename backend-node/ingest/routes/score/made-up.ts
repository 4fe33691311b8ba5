import type { LabelledRow } from './metrics';

/** A stream of numbers in [0, 1) that is the same each time. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39) >>> 0;
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4294967296;
  };
}

/** A made-up API: true routes with how often each is used, and the values of their parameters. */
export interface MadeUpApi {
  name: string;
  routes: Array<[method: string, route: string, weight: number]>;
  values: Record<string, (next: () => number) => string>;
}

const pick = <T>(list: readonly T[], next: () => number): T => list[Math.floor(next() * list.length)] as T;
const FIRST =
  'ada bela cleo dario edda filip greta hugo ines jonas kira luca mona nils oda pia rolf sina timo uwe'.split(' ');
const LAST = 'abel brandt conrad dorn ebert falk gross hartmann iken jahn keller lang moser nagel otto pohl'.split(' ');
const THING = 'anchor basket candle drum easel feather goblet hammer inkwell jigsaw kettle ladder mirror needle'.split(
  ' '
);
const HEX = '0123456789abcdef';
const SCANS = '/wp-login.php /.env /.git/config /phpmyadmin/ /admin/config.php /actuator/env /cgi-bin/luci'.split(' ');

const hex = (length: number) => (next: () => number) =>
  Array.from({ length }, () => HEX[Math.floor(next() * 16)]).join('');
const user = (next: () => number): string =>
  `${pick(FIRST, next)}${pick(['', '.', '-'], next)}${pick(LAST, next)}${next() < 0.4 ? Math.floor(next() * 99) : ''}`;
const slug = (next: () => number): string =>
  `${pick(THING, next)}-${pick(THING, next)}${next() < 0.3 ? `-${Math.floor(next() * 900)}` : ''}`;

/** Three made-up APIs of different style. */
export const MADE_UP: MadeUpApi[] = [
  {
    name: 'library',
    routes: [
      ['GET', '/v1/books', 30],
      ['GET', '/v1/books/search', 20],
      ['GET', '/v1/books/{id}', 60],
      ['GET', '/v1/books/{id}/copies/{n}', 15],
      ['GET', '/v1/members/me', 25],
      ['GET', '/v1/members/{user}', 40],
      ['GET', '/v1/members/{user}/loans', 30],
      ['POST', '/v1/members/{user}/loans', 12],
      ['DELETE', '/v1/members/{user}/loans/{n}', 8],
      ['GET', '/v1/opening-hours/{date}', 10],
      ['POST', '/v1/auth/login', 9],
      ['POST', '/v1/auth/logout', 7],
    ],
    values: { id: hex(24), n: (next) => String(1 + Math.floor(next() * 5000)), user, date: () => '2026-11-23' },
  },
  {
    name: 'forge',
    routes: [
      ['GET', '/repos/{user}/{slug}', 50],
      ['GET', '/repos/{user}/{slug}/issues', 30],
      ['GET', '/repos/{user}/{slug}/issues/{n}', 25],
      ['POST', '/repos/{user}/{slug}/issues/{n}/close', 6],
      ['GET', '/repos/{user}/{slug}/branches', 12],
      ['GET', '/users/{user}/followers', 14],
      ['GET', '/users/{user}', 20],
      ['GET', '/status', 10],
    ],
    values: { user, slug, n: (next) => String(1 + Math.floor(next() * 900)) },
  },
  {
    name: 'calls',
    routes: [
      'room.open room.close room.list member.invite member.remove message.post message.edit message.pin file.upload',
      'file.share search.messages search.files profile.read profile.write team.info team.members reminder.add',
    ]
      .join(' ')
      .split(' ')
      .map((name, i): [string, string, number] => [
        i % 3 === 0 ? 'POST' : 'GET',
        `/rpc/${name}`,
        Math.ceil(90 / (i + 1)),
      ]),
    values: {},
  },
];

/** Rows of a made-up API: its requests, some that fail, and a scanner's. */
export function rowsOf(api: MadeUpApi, count: number, seed = 1): LabelledRow[] {
  const next = numbers(seed);
  const total = api.routes.reduce((sum, [, , weight]) => sum + weight, 0);
  return Array.from({ length: count }, () => {
    if (next() < 0.05) {
      return {
        api: api.name,
        method: 'GET',
        path: pick(SCANS, next),
        status: 404,
        route: '{unmatched}',
        kind: 'noise',
      };
    }
    let at = next() * total;
    const [method, route] =
      api.routes.find(([, , weight]) => (at -= weight) < 0) ?? (api.routes[0] as [string, string, number]);
    const path = route.replace(/\{(\w+)\}/g, (_, name: string) => api.values[name]?.(next) ?? name);
    const fails = next() < 0.06;
    const status = fails ? pick([400, 403, 404, 500], next) : 200;
    return { api: api.name, method, path, status, route, kind: status === 404 ? 'notfound' : 'real' };
  });
}
