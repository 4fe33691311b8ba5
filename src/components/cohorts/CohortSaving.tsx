import { type AdHocFilterItem } from '@grafana/ui';
import { type TimeZone } from '@grafana/schema';
import { type RawTimeRange } from '@grafana/data';
import React, { createContext, lazy, Suspense, useCallback, useContext, useState } from 'react';

import { type CohortDraft, type SaveCohort } from './cohort-draft';
import { mayChangeCohorts } from './may-change';

const SaveCohortDialog = lazy(async () => ({ default: (await import('./SaveCohortDialog')).SaveCohortDialog }));

const Saving = createContext<SaveCohort>(undefined);

interface Props {
  /** Of the dashboard, as it is written: `now-7d`. */
  raw: RawTimeRange;
  timeZone: TimeZone;
  children: React.ReactNode;
}

/** Lets marks within be saved as cohorts, and shows the form that does so. Its code is loaded when it is first shown. */
export function CohortSaving({ raw, timeZone, children }: Props) {
  const [opened, setOpened] = useState<{ draft: CohortDraft; add?: (item: AdHocFilterItem) => void }>();
  const save = useCallback<NonNullable<SaveCohort>>((draft, add) => setOpened({ draft, add }), []);
  return (
    <Saving.Provider value={mayChangeCohorts() ? save : undefined}>
      {children}
      {opened && (
        <Suspense fallback={null}>
          <SaveCohortDialog
            draft={opened.draft}
            raw={raw}
            timeZone={timeZone}
            onAddAdHocFilter={opened.add}
            onClose={() => setOpened(undefined)}
          />
        </Suspense>
      )}
    </Saving.Provider>
  );
}

/** What opens the form for a mark; undefined for whoever may not save. */
export function useSaveCohort(): SaveCohort {
  return useContext(Saving);
}
