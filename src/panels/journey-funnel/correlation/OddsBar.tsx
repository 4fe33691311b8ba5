import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { oddsPlace } from './correlation-scale';
import { getCorrelationStyles } from './correlation-styles';
import { isSure } from './describe-trait';
import { type Trait } from './read-correlation';

/** The odds of a trait to either side of 1×, with their interval. */
export function OddsBar({ trait, reach }: { trait: Trait; reach: number }) {
  const theme = useTheme2();
  const own = useStyles2(getCorrelationStyles);
  const place = oddsPlace(trait.odds, reach);
  const [low, high] = [oddsPlace(trait.oddsLow, reach), oddsPlace(trait.oddsHigh, reach)];
  const more = trait.odds >= 1;
  const color = theme.visualization.getColorByName(
    more ? (theme.isDark ? 'blue' : 'semi-dark-blue') : theme.isDark ? 'orange' : 'dark-orange'
  );
  const known = !Number.isNaN(trait.oddsLow + trait.oddsHigh);
  return (
    <span className={own.track} aria-hidden>
      <span className={own.middle} />
      <span
        className={own.bar}
        style={{
          left: percent(Math.min(0.5, place)),
          width: percent(Math.abs(place - 0.5)),
          // What may be chance is an outline only.
          background: isSure(trait) === false ? 'transparent' : color,
          border: `1px solid ${color}`,
        }}
      />
      {known && <span className={own.whisker} style={{ left: percent(low), width: percent(high - low) }} />}
    </span>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}
