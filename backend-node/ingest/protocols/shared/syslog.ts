/**
 * A line as syslog wraps it (RFC 5424), also with the length before it that a TCP stream has. Heroku’s logplex leaves out
 * the structured data.
 */
const RFC5424 =
  /^(?:\d{1,7} )?<\d{1,3}>1 (\S{1,64}) (\S{1,255}) (\S{1,255}) \S{1,255} \S{1,255}(?: (?:-|(?:\[(?:[^\]\\]|\\.)*\])+)(?= |$))?(?: (?:\uFEFF)?([\s\S]*))?$/;
/** The older form (RFC 3164), as nginx and Apache send it. Its time has no year and no zone, and is not used. */
const RFC3164 =
  /^<\d{1,3}>[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} (\S{1,255}) (?!\d+ )([\w./-]{1,64})(?:\[\d+\])?: ([\s\S]*)$/;

/** What syslog says beside a message. */
export interface SyslogMessage {
  /** As it stands there; undefined where the format’s time says too little. */
  time?: string;
  host: string;
  application: string;
  message: string;
}

/** The message in a syslog line; undefined when the line is none. */
export function readSyslog(line: string): SyslogMessage | undefined {
  const newer = RFC5424.exec(line);
  if (newer) {
    const [, time = '', host = '', application = '', message = ''] = newer;
    return { time, host, application, message };
  }
  const older = RFC3164.exec(line);
  if (older) {
    const [, host = '', application = '', message = ''] = older;
    return { host, application, message };
  }
  return undefined;
}
