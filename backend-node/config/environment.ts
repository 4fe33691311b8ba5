import { configJsonSchema } from './schema';

/** A setting that an environment variable can give. */
export interface EnvironmentSetting {
  /** Such as `APITRAIL_LIMITS_THREADS`. */
  variable: string;
  /** Where in the configuration, such as `['limits', 'threads']`. */
  path: string[];
  type: 'string' | 'number' | 'boolean' | 'list';
  description: string;
}

/** Variables that are read elsewhere than in the configuration: here, or by Grafana’s provisioning. */
const OTHER_VARIABLES = new Set(['APITRAIL_CONFIG', 'APITRAIL_KEY', 'APITRAIL_URL']);

interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  description?: string;
}

/** Every setting that is one value or a list of texts: `APITRAIL_` and its path in capitals. */
export function environmentSettings(
  schema: JsonSchema = configJsonSchema(),
  path: string[] = []
): EnvironmentSetting[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const here = [...path, name];
    const type = typeOf(property);
    return type
      ? [
          {
            variable: `APITRAIL_${here.join('_').toUpperCase()}`,
            path: here,
            type,
            description: property.description ?? '',
          },
        ]
      : environmentSettings(property, here);
  });
}

/** Names of variables that begin with APITRAIL_ and mean nothing: most likely mistyped. */
export function unknownVariables(environment: NodeJS.ProcessEnv): string[] {
  const known = new Set(environmentSettings().map(({ variable }) => variable));
  return Object.keys(environment).filter(
    (name) => name.startsWith('APITRAIL_') && !known.has(name) && !OTHER_VARIABLES.has(name)
  );
}

/** The value of a variable as the configuration has it. What cannot be read is passed on for the schema to refuse. */
export function readVariable(text: string, type: EnvironmentSetting['type']): unknown {
  switch (type) {
    case 'boolean':
      return /^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : text;
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'list':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'string':
      return text;
  }
}

function typeOf(schema: JsonSchema): EnvironmentSetting['type'] | undefined {
  switch (schema.type) {
    case 'string':
    case 'boolean':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return schema.items?.type === 'string' ? 'list' : undefined;
    case 'object':
      return undefined;
    default:
      // A size: a number or a text; the text form takes both.
      return schema.anyOf?.some(({ type }) => type === 'string') ? 'string' : undefined;
  }
}
