import { storableText } from '../../normalise/values';
import { RequestRecord } from '../../normalise';
import { Beside } from '../shared/fill-in';

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTED = /"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/y;
const SPACE = /\s*/y;
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };
const ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{3})|(.))/g;
/** Labels of a stream; Loki takes 15. */
const MOST_LABELS = 1024;
const LAST_CODE_POINT = 0x10ffff;

/** Labels that name the service, as Loki looks for it, the surest first. */
const SERVICE = [
  ...['service_name', 'service', 'app', 'application', 'app_name', 'name', 'app_kubernetes_io_name'],
  ...['container', 'container_name', 'k8s_container_name', 'component', 'workload', 'job', 'k8s_job_name'],
];
const COLUMNS: Array<['service' | 'environment' | 'instance' | 'service_version' | 'region', readonly string[]]> = [
  ['service', SERVICE],
  ['environment', ['deployment_environment_name', 'deployment_environment', 'environment', 'env']],
  ['instance', ['service_instance_id', 'instance', 'pod', 'pod_name', 'k8s_pod_name', 'hostname', 'host', 'host_name']],
  ['service_version', ['service_version', 'version']],
  ['region', ['cloud_region', 'region']],
];

/** The labels of a stream as Prometheus writes them, `{job="nginx", env="prod"}`; undefined when they are not. */
export function parseLabels(text: string): Map<string, string> | undefined {
  const labels = new Map<string, string>();
  const body = /^\s*\{([\s\S]*)\}\s*$/.exec(text)?.[1];
  if (body === undefined) {
    return undefined;
  }
  let at = skip(body, SPACE, 0);
  while (at < body.length) {
    const name = take(body, NAME, at);
    const equals = name && skip(body, SPACE, at + name[0].length);
    if (equals === undefined || body[equals] !== '=') {
      return undefined;
    }
    const from = skip(body, SPACE, equals + 1);
    const quoted = take(body, QUOTED, from);
    const value = quoted && (quoted[2] ?? unescape(quoted[1]!));
    if (value === undefined || labels.has(name![0]) || labels.size === MOST_LABELS) {
      return undefined;
    }
    labels.set(name![0], value);
    at = skip(body, SPACE, from + quoted![0].length);
    if (at < body.length) {
      if (body[at] !== ',') {
        return undefined;
      }
      at = skip(body, SPACE, at + 1);
    }
  }
  return labels;
}

/** Labels as Prometheus writes them. */
export function writeLabels(labels: ReadonlyMap<string, string>): string {
  return `{${[...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}

/** What labels say of the rows of a stream; labels that name no column become attributes. */
export function besideOf(labels: ReadonlyMap<string, string>): Beside {
  const record = new RequestRecord();
  const used = new Set<string>();
  for (const [column, names] of COLUMNS) {
    const name = names.find((candidate) => labels.get(candidate));
    if (name !== undefined) {
      record[column] = storableText(labels.get(name)!);
      used.add(name);
    }
  }
  for (const [name, value] of labels) {
    if (!used.has(name)) {
      record.setAttribute(name, storableText(value));
    }
  }
  return new Beside(record);
}

function take(text: string, pattern: RegExp, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function skip(text: string, pattern: RegExp, at: number): number {
  return at + take(text, pattern, at)![0].length;
}

/** Go’s escapes; undefined where one is none of them. */
function unescape(text: string): string | undefined {
  let valid = true;
  const result = text.replace(ESCAPE, (_, hex?: string, u4?: string, u8?: string, octal?: string, one?: string) => {
    const code = hex ?? u4 ?? u8;
    if (code !== undefined || octal !== undefined) {
      const point = code === undefined ? parseInt(octal!, 8) : parseInt(code, 16);
      valid &&= point <= LAST_CODE_POINT;
      return valid ? String.fromCodePoint(point) : '';
    }
    const plain = one === '\\' || one === '"' || one === "'" ? one : ESCAPES[one!];
    valid &&= plain !== undefined;
    return plain ?? '';
  });
  return valid ? result : undefined;
}
