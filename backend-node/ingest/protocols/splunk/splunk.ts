import { Overload } from '../../intake/overload';
import type { Intake, Receipt } from '../../intake/intake';
import { credentialsOf } from '../credentials';
import type { Protocol, ProtocolReply, ProtocolRequest, ProtocolRoute } from '../protocol';
import { batchOf } from '../shared/batch-of';
import { answerAcks, channelOf } from './acknowledgement';
import { readEvents, splunkEvents } from './events';
import { hecRefusal, hecReply } from './hec-reply';
import { METADATA_TEXTS } from './metadata';
import { splunkRaw } from './raw';

const COLLECTOR = '/services/collector';
const EVENT_PATHS = ['', '/event', '/event/1.0'];
const RAW_PATHS = ['/raw', '/raw/1.0'];
const PARAMS = [...METADATA_TEXTS, 'time'] as const;

/** Splunk’s HTTP Event Collector: events and raw text, with indexer acknowledgement. */
export const splunk: Protocol = {
  name: 'splunk',
  routes: [
    ...EVENT_PATHS.map((path) => post(path, answerEvents)),
    ...RAW_PATHS.map((path) => post(path, answerRaw)),
    // Docker’s log driver asks so whether it gets through, and no container starts when it does not.
    ...[...EVENT_PATHS, ...RAW_PATHS].map((path): ProtocolRoute => ({
      ...{ method: 'OPTIONS', path: `${COLLECTOR}${path}`, open: true },
      answer: () => Promise.resolve({ status: 200, headers: { allow: 'OPTIONS, POST' } }),
    })),
    post('/ack', (request, intake) => Promise.resolve(answerAcks(request, intake))),
    ...['/health', '/health/1.0'].map((path): ProtocolRoute => ({
      ...{ method: 'GET', path: `${COLLECTOR}${path}`, open: true },
      answer: (_, intake) => Promise.resolve(health(intake)),
    })),
  ],
  decoders: [splunkEvents, splunkRaw],
  token: (header) => credentialsOf(header, 'Splunk'),
  refuse: hecRefusal,
};

function post(path: string, answer: ProtocolRoute['answer']): ProtocolRoute {
  return { method: 'POST', path: `${COLLECTOR}${path}`, answer };
}

/**
 * Events before a bad one are taken in, as one batch that is on the disk before the answer names the bad one: its number is
 * where a client has to go on. What was refused is not half there: nothing of it is.
 */
async function answerEvents(request: ProtocolRequest, intake: Intake): Promise<ProtocolReply> {
  const channel = channelOf(request);
  if (channel === null) {
    return hecReply('invalidChannel');
  }
  const params = paramsOf(request);
  const read = readEvents(request.body, { params, receivedAt: request.receivedAt });
  const { decoded, fault } = read;
  if (read.items === 0) {
    return hecReply('noData');
  }
  if (fault?.event === 0) {
    return hecReply(fault.outcome, { 'invalid-event-number': 0 });
  }
  const receipt = await intake.submit(batchOf(request, splunkEvents.name, { params }), decoded);
  request.note({ records: decoded.records.length, rejects: decoded.rejects.length });
  return fault ? hecReply(fault.outcome, { 'invalid-event-number': fault.event }) : success(receipt, channel);
}

async function answerRaw(request: ProtocolRequest, intake: Intake): Promise<ProtocolReply> {
  const channel = channelOf(request);
  if (channel === null) {
    return hecReply('invalidChannel');
  }
  const params = paramsOf(request);
  const decoded = splunkRaw.decode(request.body, { params, receivedAt: request.receivedAt });
  if (decoded.records.length + decoded.rejects.length === 0) {
    return hecReply('noData');
  }
  const receipt = await intake.submit(batchOf(request, splunkRaw.name, { params }), decoded);
  request.note({ records: decoded.records.length, rejects: decoded.rejects.length });
  return success(receipt, channel);
}

function success({ seq }: Receipt, channel: string | undefined): ProtocolReply {
  return hecReply('success', channel === undefined ? {} : { ackId: seq });
}

function paramsOf({ query }: ProtocolRequest): Record<string, string> {
  return Object.fromEntries(PARAMS.flatMap((name) => (query[name] === undefined ? [] : [[name, query[name]]])));
}

function health(intake: Intake): ProtocolReply {
  try {
    intake.admit(0);
    return hecReply('healthy');
  } catch (error) {
    if (!(error instanceof Overload)) {
      throw error;
    }
    return hecReply(error.code === 'APITRAIL_STOPPING' ? 'shuttingDown' : 'queuesFull');
  }
}
