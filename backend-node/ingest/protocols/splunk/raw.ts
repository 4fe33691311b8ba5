import type { Decoder } from '../../intake/decoder';
import { eachLine } from '../../import/lines';
import { boundLines } from '../shared/body-bounds';
import { Collector } from '../shared/collector';
import { messageToRecord } from '../shared/message';
import { metadataOf, SPLUNK_SOURCE } from './events';
import { besideOf, formatOf } from './metadata';

/** Decoder of the `raw` endpoint: every line that is not empty is an event, its metadata stand in the address. */
export const splunkRaw: Decoder = {
  name: 'splunk-raw',
  decode: (body, context) => {
    const { params, receivedAt } = context;
    const metadata = metadataOf(params);
    const format = formatOf(metadata.sourcetype);
    const hints = {
      ...{ writtenAt: metadata.time ?? receivedAt, beside: besideOf(metadata) },
      ...(format ? { format } : {}),
    };
    boundLines(body);
    const collector = new Collector(SPLUNK_SOURCE, context);
    eachLine(body, (line) => {
      if (line.trim() !== '') {
        collector.add(messageToRecord(line, hints), () => line);
      }
    });
    return collector.decoded;
  },
};
