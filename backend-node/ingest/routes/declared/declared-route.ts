/** An operation as a document declares it. */
export interface DeclaredOperation {
  operationId?: string;
  deprecated?: true;
  /** Client errors it is declared to answer with: `404`, `4XX`. */
  errors?: string[];
}

/** What a document says of the values of a path parameter. It settles ties and refuses nothing. */
export interface ParameterHint {
  type?: 'integer' | 'number' | 'boolean';
  format?: 'uuid' | 'date' | 'date-time';
  /** JavaScript regular expression, as JSON Schema has it: not anchored. */
  pattern?: string;
  enum?: string[];
  /** The value may have slashes in it. */
  slashes?: true;
}

/** A path of a document, with the base path it is served under. */
export interface DeclaredRoute {
  /** `/v1/users/{userId}`. */
  template: string;
  /** Where it is declared: `openapi.yaml:12:3`. */
  where: string;
  /** By method in capitals. */
  methods: Record<string, DeclaredOperation>;
  /** By name, those of which something is known. */
  parameters?: Record<string, ParameterHint>;
}

/** A document that counts, for one service or (null) for all. */
export interface DeclaredDocument {
  service: string | null;
  name: string;
  version: number;
  routes: readonly DeclaredRoute[];
}

/** The names of the parameters of a template, in their order. */
export function parameterNames(template: string): string[] {
  return [...template.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name as string);
}
