import React, { useLayoutEffect, useMemo, useState } from 'react';
import { type DataFrame } from '@grafana/data';
import { type UPlotConfigBuilder, useTheme2 } from '@grafana/ui';
import type uPlot from 'uplot';

import { AnnotationHandles, HANDLES_HEIGHT } from '../../src/components/annotations/AnnotationHandles';
import { AnnotationLines } from '../../src/components/annotations/AnnotationLines';
import { placeMarks, readMarks } from '../../src/components/annotations/marks';

interface Props {
  config: UPlotConfigBuilder;
  annotations: DataFrame[] | undefined;
  timezone: string;
}

/** Where the drawing lies in its container, in pixels, and the times at its edges. */
interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
  from: number;
  to: number;
}

/** Annotations over Grafana’s time series, whose own marks belong to its panel and not to its drawing. */
export function TimeSeriesAnnotations({ config, annotations, timezone }: Props) {
  const theme = useTheme2();
  const [plot, setPlot] = useState<Plot>();
  useLayoutEffect(() => {
    config.addHook('draw', (drawn: uPlot) => {
      const next = plotOf(drawn);
      setPlot((before) => (before && sameNumbers(before, next) ? before : next));
    });
  }, [config]);
  const marks = useMemo(() => {
    if (!plot || !(plot.to > plot.from)) {
      return [];
    }
    const { from, to, width } = plot;
    return placeMarks(readMarks(annotations, theme), width, (time) => ((time - from) / (to - from)) * width);
  }, [annotations, plot, theme]);
  if (!plot || marks.length === 0) {
    return null;
  }
  const { left, top, width, height } = plot;
  return (
    <>
      <div style={{ position: 'absolute', left, top, width, height, pointerEvents: 'none' }}>
        <AnnotationLines marks={marks} />
      </div>
      <div style={{ position: 'absolute', left, top: top + height, width, height: HANDLES_HEIGHT }}>
        <AnnotationHandles marks={marks} timeZone={timezone} />
      </div>
    </>
  );
}

function plotOf({ bbox, scales }: uPlot): Plot {
  const ratio = window.devicePixelRatio || 1;
  const { min, max } = scales.x ?? {};
  return {
    left: bbox.left / ratio,
    top: bbox.top / ratio,
    width: bbox.width / ratio,
    height: bbox.height / ratio,
    from: min ?? NaN,
    to: max ?? NaN,
  };
}

function sameNumbers(a: Plot, b: Plot): boolean {
  return (Object.keys(a) as Array<keyof Plot>).every((name) => Object.is(a[name], b[name]));
}
