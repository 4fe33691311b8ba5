import { type DataFrame, LoadingState, type PanelData } from '@grafana/data';
import { type CustomersMarker } from '@apitrail/contract';
import { useEffect, useState } from 'react';

import { messageOf } from '../../components/cohorts/use-loaded';
import { type DrillTarget } from '../../components/drill-down';
import { frameMarker } from '../../components/find-field';
import { askPage, type PageChoice } from './ask-page';

/** The page of a timeline that is shown. */
export interface TimelinePage {
  /** Its frames; undefined while it is the one that the panel's own query answers. */
  frames?: DataFrame[];
  /** Tells pages apart. */
  id: string;
  /** Whether another one is on its way. */
  loading: boolean;
  /** Why the one that was asked for last could not be had. */
  error?: string;
  /** Goes to a page; undefined where the data source cannot be asked. */
  go?: (choice: PageChoice) => void;
}

interface Shown {
  of: string;
  choice: PageChoice;
  frames: DataFrame[];
}

/**
 * Which page of a timeline is shown, and how to get to another one. Another question, range or customer begins at the panel's own page
 * again; the same question asked anew, by a refresh, asks for the page that is shown anew.
 */
export function usePage(data: PanelData, frame: DataFrame | undefined, target: DrillTarget | undefined): TimelinePage {
  const marker = frame && frameMarker<CustomersMarker>(frame, 'customers');
  const { request } = data;
  const of = JSON.stringify([
    ...[marker?.unit, marker?.customer, marker?.filters, marker?.funnel, marker?.limit, marker?.direction],
    ...[request?.rangeRaw ?? request?.range.raw, target?.datasource.uid, target?.dataset],
  ]);
  const [wanted, setWanted] = useState<{ of: string; choice: PageChoice }>();
  const [shown, setShown] = useState<Shown>();
  const [failed, setFailed] = useState<{ of: string; message: string }>();
  const choice = wanted?.of === of ? wanted.choice : undefined;
  const page = shown?.of === of ? shown : undefined;
  const answered = data.state === LoadingState.Done ? request?.requestId : undefined;
  const [run, setRun] = useState(answered);
  if (answered !== undefined && answered !== run) {
    setRun(answered);
  }

  useEffect(() => {
    if (!choice || !request || !target) {
      return undefined;
    }
    let awaited = true;
    askPage({ request, refId: frame?.refId, datasource: target.datasource }, choice).then(
      (frames) => {
        if (!awaited) {
          return;
        }
        setFailed(undefined);
        const first = frames.some((each) => frameMarker<CustomersMarker>(each, 'customers')?.offset === 0);
        if (first) {
          // The page that the panel's own query answers: it goes on with every refresh.
          setWanted(undefined);
          setShown(undefined);
        } else {
          setShown({ of, choice, frames });
        }
      },
      (error: unknown) => {
        if (awaited) {
          setFailed({ of, message: messageOf(error) });
          setWanted(page && { of, choice: page.choice });
        }
      }
    );
    return () => {
      awaited = false;
    };
    // The question and the answer it had last say all that the page depends on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [of, choice, run]);

  return {
    frames: page?.frames,
    id: page ? `${of} ${page.choice.side} ${page.choice.cursor}` : of,
    loading: choice !== undefined && page?.choice !== choice,
    ...(failed?.of === of ? { error: failed.message } : {}),
    ...(request && target ? { go: (next: PageChoice) => setWanted({ of, choice: next }) } : {}),
  };
}
