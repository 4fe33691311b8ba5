import type { RequestRecord } from '../normalise';

/** A set of requests that is usually noise, by a definition that `docs/noise.md` has in words. */
export interface NoiseSet {
  /** One sentence: what is in it. */
  description: string;
  matches(record: RequestRecord): boolean;
}

const isRead = ({ method }: RequestRecord): boolean =>
  method === undefined || method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/** Folders that health checks lie in, and words that mean nothing else wherever they stand. */
const HEALTH_PATHS = [
  /^(?:\/(?:api|v\d+(?:\.\d+)?|internal|public|management|manage|system|monitoring|-))*\/(?:health|heartbeat|ping|live|ready|up|status|startup)\/?$/i,
  /^(?:\/[^/]+){0,4}\/(?:_health|healthz|healthcheck|health[-_]check|livez|liveness|readyz|readiness|startupz|alive)\/?$/i,
  /^(?:\/[^/]+){0,3}\/actuator\/health(?:\/[^/]+)*\/?$/i,
  /^(?:\/[^/]+){0,3}\/health\/(?:live|liveness|ready|readiness|startup)\/?$/i,
];

const PROBES =
  /^(?:kube-probe|GoogleHC|GoogleStackdriverMonitoring|ELB-HealthChecker|Amazon-Route53-Health-Check|Azure Traffic Manager|Envoy\/HC|Consul Health Check|Blackbox[- ]Exporter|HAProxy|Varnish health)|health[-_ ]?check|UptimeRobot|Uptime-Kuma|Pingdom|StatusCake|Better ?Uptime|Better Stack|Site24x7|Checkly|NodePing|updown\.io|HetrixTools|Datadog\/?Synthetics|New ?Relic ?Synthetics/i;

const STATIC_FILE =
  /\.(?:css|js|mjs|cjs|map|png|jpe?g|gif|svg|ico|webp|avif|bmp|woff2?|ttf|otf|eot|webmanifest)$|^\/(?:robots\.txt|sitemap[^/]*\.xml(?:\.gz)?|manifest\.json|browserconfig\.xml|service-worker\.js|ads\.txt|humans\.txt)$/i;

/** Words of robots that name themselves. `cubot` is a maker of telephones. */
const BOT =
  /(?:^|[^a-z])(?!cubot)[a-z0-9!._-]{0,40}bot(?![a-z])|crawl|spider|slurp|facebookexternalhit|mediapartners-google|bingpreview|feedfetcher|ia_archiver|google-inspectiontool|google-read-aloud|chatgpt-user|oai-search|anthropic-ai|claude-(?:web|user)|perplexity|meta-externalagent|bytedance|archive\.org|petalsearch|dataprovider|feedly|feedburner|rss ?reader|tiny tiny rss|universalfeedparser|newsblur|inoreader|validator\b|link ?check|whatsapp\/|telegram|embedly|quora link preview|skypeuripreview/i;

const SCANNER =
  /sqlmap|nikto|nuclei|masscan|zgrab|nmap|wpscan|gobuster|dirbuster|feroxbuster|\bffuf\b|acunetix|netsparker|invicti|nessus|openvas|w3af|arachni|censys|l9explore|leakix|expanse|internet-measurement|jorgee|zmeu|morfeus|muieblackcat|havij|commix|whatweb|jaeles|fuzz faster|qualys|burp ?(?:suite|collaborator)|owasp/i;

const PROBED =
  /(?:^|\/)\.(?:env|git|svn|hg|aws|ssh|ds_store|htaccess|htpasswd|vscode|idea|npmrc|docker)(?:[./_-]|$)|\/wp-(?:login|admin|content|includes|config|json\/wp)|\/xmlrpc\.php|\/(?:php|my|pma|db|sql)-?(?:my)?admin|\/phpinfo|\/vendor\/phpunit|\/cgi-bin\/|\/boaform|\/hnap1|\/solr\/admin|\/owa\/|\/autodiscover\/|\/ecp\/|\/server-status$|\/manager\/html|\/jmx-console|\/web-console|\/invoker\/|\/etc\/(?:passwd|shadow)|(?:\.\.|%2e%2e)(?:\/|%2f|\\|%5c)|\/(?:shell|webshell|c99|r57|eval-stdin|alfa)\.php|\/setup\.cgi|\/login\.action|\/struts|\/_ignition\/|\/telescope\/requests|\/actuator\/(?:env|heapdump|gateway|jolokia)|\/jenkins\/|\/geoserver\/|\/druid\/|\/nacos\/|\/onvif|\/sdk$|\/dana-na\/|\/remote\/(?:fgt_lang|login)|\/\+cscoe\+\/|\/config\.(?:json|php|yml|yaml|env)$|\/(?:backup|dump|database)[^/]*\.(?:sql|zip|tar|gz|tgz|bak)$|<script|union(?:\+|%20)+select|\$\{jndi|%24%7bjndi/i;

/** Answers that say no such thing is here. What asks for a key (401), slows down (429) or fails (5xx) is to be seen. */
const NOT_THERE = new Set([400, 403, 404, 405, 406, 410, 414, 444]);

/** So much of a user agent is looked at: senders choose how long it is, and so how long the look takes. */
const LOOKED_AT = 512;

const whenGiven = (expression: RegExp, text: string | undefined): boolean =>
  text !== undefined && expression.test(text);

/** The sets that rules may name. */
export const NOISE_SETS = {
  health_checks: {
    description: 'Reads of the usual addresses of health checks, and everything that load balancers and monitors ask.',
    matches: (record) =>
      (isRead(record) && HEALTH_PATHS.some((expression) => whenGiven(expression, record.path))) ||
      whenGiven(PROBES, record.user_agent?.slice(0, LOOKED_AT)),
  },
  static_files: {
    description:
      'Reads of style sheets, scripts, images, fonts, and of what browsers and robots look for by themselves.',
    matches: (record) => isRead(record) && whenGiven(STATIC_FILE, record.path),
  },
  bots: {
    description:
      'Robots that say so in their user agent: of search engines, of language models, of previews and feeds.',
    matches: ({ user_agent }) => whenGiven(BOT, user_agent?.slice(0, LOOKED_AT)),
  },
  scanners: {
    description:
      'Attempts on addresses of known weaknesses and by known tools, when they were refused or nothing was there.',
    matches: ({ path, status, user_agent }) =>
      status !== undefined &&
      NOT_THERE.has(status) &&
      (whenGiven(PROBED, path) || whenGiven(SCANNER, user_agent?.slice(0, LOOKED_AT))),
  },
} satisfies Record<string, NoiseSet>;

export type NoiseSetName = keyof typeof NOISE_SETS;
export const NOISE_SET_NAMES = Object.keys(NOISE_SETS) as NoiseSetName[];
