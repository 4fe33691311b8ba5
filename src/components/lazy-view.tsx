import { css, keyframes } from '@emotion/css';
import { Spinner, useStyles2 } from '@grafana/ui';
import React, { type ComponentType, lazy, Suspense, useState } from 'react';

import { PanelMessage } from './PanelMessage';
import { testIds } from './test-ids';

/** The room of a view within its panel, in pixels. */
interface Room {
  width: number;
  height: number;
}

/** A view whose code is fetched when it is first shown, or before. */
export interface LazyView<P> {
  (props: P): React.ReactElement;
  /** Fetches the code ahead of the answer that needs it; then the view is drawn at once. Never fails. */
  preload(): Promise<void>;
}

/**
 * A view of a panel whose code does not come with the panel's module. Until it is there its room stays empty; where it
 * cannot be had, as after an update of the plugin, the view says so.
 */
export function lazyView<P extends Room>(load: () => Promise<ComponentType<P>>): LazyView<P> {
  let loaded: ComponentType<P> | undefined;
  const fetched = async () => (loaded = await load());
  const Fetched = lazy(() =>
    fetched()
      .catch(() => NotLoaded)
      .then((View) => ({ default: View }))
  ) as unknown as ComponentType<P>;
  function View(props: P) {
    // For as long as it is mounted it stays what it began as, or it would lose its state.
    const [Shown] = useState(() => loaded ?? Fetched);
    return (
      <Suspense fallback={<Waiting width={props.width} height={props.height} />}>
        <Shown {...props} />
      </Suspense>
    );
  }
  // What fails now is tried again, and told, when the view is shown.
  return Object.assign(View, { preload: () => fetched().then(NOTHING, NOTHING) });
}

const NOTHING = () => undefined;

function NotLoaded({ width, height }: Room) {
  const message = {
    kind: 'error' as const,
    icon: 'exclamation-triangle' as const,
    title: 'This view could not be loaded',
    text: 'Its code did not come from Grafana: the plugin was updated meanwhile, or the connection failed. Reload the page.',
  };
  return <PanelMessage message={message} width={width} height={height} />;
}

function Waiting({ width, height }: Room) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.room} style={{ width, height }} aria-busy data-testid={testIds.viewWaiting}>
      <Spinner className={styles.late} />
    </div>
  );
}

const appear = keyframes({ from: { opacity: 0 }, to: { opacity: 1 } });

function getStyles() {
  return {
    room: css({ display: 'flex', alignItems: 'center', justifyContent: 'center', flex: 'none' }),
    // Code mostly comes before a spinner would be noticed as more than a flash.
    late: css({ animation: `${appear} 0.2s 0.5s both` }),
  };
}
