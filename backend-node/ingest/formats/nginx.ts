import { ApitrailError } from '@apitrail/contract';

import { unescapeJson, unescapeLog } from './escapes';
import { fittingShare, type Format } from './format';
import { nginxAttributeName, nginxVariables } from './nginx-variables';
import { compileTemplate, type TemplateOptions, type TemplatePart } from './template';
import { attributeField } from '../normalise/fields';

const VARIABLE = /\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g;
const DIRECTIVE = /^\s*log_format\s+\S+\s+([\s\S]*?);?\s*$/;
const ESCAPE_PARAMETER = /^escape=(default|json|none)\s+/;
const QUOTED_PIECES = /^(?:'[^']*'\s*)+$/;

const ESCAPES: Record<string, TemplateOptions> = {
  default: { unescape: unescapeLog, quotesEscaped: true },
  json: { unescape: unescapeJson, quotesEscaped: true },
  none: { unescape: (text) => text, quotesEscaped: false },
};

/**
 * The format an nginx `log_format` string describes. Takes the bare string, the quoted pieces as they stand in nginx.conf,
 * or the whole directive, `escape=` included. Throws APITRAIL_BAD_FORMAT when a line could not be cut by it.
 */
export function nginxFormat(text: string): Format {
  const directive = DIRECTIVE.exec(text)?.[1] ?? text.trim();
  const escape = ESCAPE_PARAMETER.exec(directive);
  const body = escape ? directive.slice(escape[0].length) : directive;
  const pattern = QUOTED_PIECES.test(body) ? [...body.matchAll(/'([^']*)'/g)].map((piece) => piece[1]).join('') : body;
  const options = ESCAPES[escape?.[1] ?? 'default']!;
  const compile = () => compileTemplate(nginxParts(pattern), options);
  compile();
  return {
    name: 'nginx',
    describe: `nginx log_format ${pattern}`,
    detect: (sample) => fittingShare(sample, compile()),
    parser: () => ({ kind: 'lines', parse: compile() }),
  };
}

function nginxParts(pattern: string): TemplatePart[] {
  const known = nginxVariables();
  const parts: TemplatePart[] = [];
  let literal = '';
  let from = 0;
  for (const match of pattern.matchAll(VARIABLE)) {
    const name = match[1] ?? match[2]!;
    literal += pattern.slice(from, match.index);
    from = match.index + match[0].length;
    if (literal !== '') {
      parts.push(literal);
      literal = '';
    }
    const variable = known.get(name) ?? { shape: 'text' as const, set: attributeField(nginxAttributeName(name)) };
    parts.push({ name: `$${name}`, ...variable });
  }
  literal += pattern.slice(from);
  if (literal !== '') {
    parts.push(literal);
  }
  if (
    !parts.some((part) => typeof part === 'object' && /^\$(time_local|time_iso8601|msec|date_gmt)$/.test(part.name))
  ) {
    throw new ApitrailError(
      'APITRAIL_BAD_FORMAT',
      `The nginx format ${JSON.stringify(pattern)} logs no time: it needs $time_local, $time_iso8601 or $msec.`,
      { where: 'format' }
    );
  }
  return parts;
}
