import { useCallback, useRef, useState } from 'react';

import { messageOf } from '../../components/cohorts/use-loaded';

/** What came of something that a person asked for. */
interface Told {
  failed: boolean;
  title: string;
  text: string;
  forget: () => void;
}

interface Doing {
  /** What is under way. */
  doing: string | undefined;
  told: Told | undefined;
  /** Does something; what it returns is told when it has worked, and why not under the title of `failure` when it has not. */
  run: (what: string, failure: string, work: () => Promise<{ title: string; text: string } | void>) => Promise<void>;
}

/** One thing at a time that may take long, or fail. */
export function useDoing(): Doing {
  const [doing, setDoing] = useState<string>();
  const [told, setTold] = useState<Told>();
  const busy = useRef(false);
  const forget = useCallback(() => setTold(undefined), []);
  const run = useCallback<Doing['run']>(
    async (what, failure, work) => {
      if (busy.current) {
        return;
      }
      busy.current = true;
      setDoing(what);
      setTold(undefined);
      try {
        const done = await work();
        if (done) {
          setTold({ ...done, failed: false, forget });
        }
      } catch (error) {
        setTold({ failed: true, title: failure, text: messageOf(error), forget });
      }
      busy.current = false;
      setDoing(undefined);
    },
    [forget]
  );
  return { doing, told, run };
}
