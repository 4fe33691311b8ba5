import type { CustomersQuery, Field, Frame } from '@apitrail/contract';

import { numberField, textField, timeField } from '../fields';
import type { EventColumn } from './sql';

type Events = Record<EventColumn, unknown[]>;

/** A row per session, request, error and step of a journey. */
export function timelineFrame(query: CustomersQuery, events: Events): Frame {
  const texts = (name: EventColumn) => events[name] as Array<string | null>;
  const numbers = (name: EventColumn) => events[name] as Array<number | null>;
  const ms = (name: EventColumn) => numbers(name).map((us) => (us === null ? null : us / 1000));
  return {
    meta: { type: 'table', preferredVisualisationType: 'table' },
    fields: [
      timeField('time', ms('at_us'), 'Time'),
      timeField('time_end', ms('end_us'), 'End'),
      textField('kind', texts('kind'), 'Kind', 'session, request, error (a request that failed) or journey.'),
      textField('title', titlesOf(query, events), 'Title'),
      textField('session', texts('session'), 'Session', 'Of a request without one the session it belongs to.'),
      textField('service', texts('service'), 'Service'),
      textField('method', texts('method'), 'Method'),
      textField('route', texts('route'), 'Route'),
      numberField('status', numbers('status'), { displayNameFromDS: 'Status', filterable: true }),
      numberField('duration_ms', numbers('duration_ms'), { displayNameFromDS: 'Duration', unit: 'ms' }),
      slowField(events),
      numberField('usual_ms', numbers('usual_ms'), {
        displayNameFromDS: 'Usual p95',
        unit: 'ms',
        description: '95th percentile of all requests at this service, method and route in the range.',
      }),
      textField('error_group', texts('error_group'), 'Error group'),
      textField('error_owner', texts('error_owner'), 'Error owner'),
      textField('error_message', texts('error_message'), 'Error message'),
      textField('trace_id', texts('trace_id'), 'Trace'),
      numberField('requests', numbers('requests'), { displayNameFromDS: 'Requests', description: 'Of a session.' }),
      numberField('errors', numbers('errors'), { displayNameFromDS: 'Errors', description: 'Of a session.' }),
      numberField('step', numbers('step'), {
        displayNameFromDS: 'Step',
        description: 'Of a journey: the step reached, or the last one that was.',
      }),
      textField(
        'outcome',
        texts('outcome'),
        'Outcome',
        'Of a journey: entered, reached, converted, or how it ended after the step: stopped, abandoned (after a failure), excluded, pending.'
      ),
    ],
  };
}

function slowField(events: Events): Field {
  return {
    name: 'slow',
    type: 'boolean',
    values: events.slow,
    config: {
      displayNameFromDS: 'Slow',
      description: 'Took longer than the usual p95 of its endpoint; null where that is not known.',
    },
  };
}

function titlesOf({ funnel }: CustomersQuery, events: Events): string[] {
  const counted = (count: number, what: string) => `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
  return events.kind.map((kind, row) => {
    const of = <T>(name: EventColumn) => events[name][row] as T | null;
    switch (kind) {
      case 'session': {
        const errors = of<number>('errors') ?? 0;
        const failed = errors > 0 ? `, ${counted(errors, 'error')}` : '';
        return `Session: ${counted(of<number>('requests') ?? 0, 'request')}${failed}`;
      }
      case 'journey': {
        const step = funnel?.steps[(of<number>('step') ?? 1) - 1]?.name ?? '';
        return `${JOURNEY_TITLES[of<string>('outcome') ?? ''] ?? 'Reached'} ${step}`;
      }
      default: {
        const what = [of<string>('method'), of<string>('route') ?? of<string>('path')].filter((part) => part !== null);
        const answer = of<number>('status') ?? of<string>('error_type') ?? '';
        return `${[...what, answer].join(' ')}`.trim() || 'Request';
      }
    }
  });
}

const JOURNEY_TITLES: Readonly<Record<string, string>> = {
  entered: 'Entered at',
  reached: 'Reached',
  converted: 'Converted at',
  stopped: 'Stopped after',
  abandoned: 'Abandoned after',
  excluded: 'Excluded after',
  pending: 'Open after',
};
