import {
  type DataFrame,
  type DataQueryResponseData,
  type DataSourceInstanceSettings,
  isDataFrame,
} from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';

import { isVolume, volumeFrames } from './logs-volume';
import { withTraceLinks } from './trace-links';

/** The tracing data source with the uid, if Grafana has it. */
export function traceDataSource(uid: string | undefined): DataSourceInstanceSettings | undefined {
  return uid === undefined ? undefined : getDataSourceSrv().getInstanceSettings(uid);
}

/** Frames of the companion with what only Grafana knows: the volume as Explore draws it, and links to traces. */
export function finishFrames(
  data: DataQueryResponseData[],
  traces: DataSourceInstanceSettings | undefined
): DataQueryResponseData[] {
  const frames = data.filter((frame): frame is DataFrame => isDataFrame(frame));
  const volume = frames.filter(isVolume);
  if (volume.length === 0 && traces === undefined) {
    return data;
  }
  const linked = data.map((frame: DataFrame) => (traces && isDataFrame(frame) ? withTraceLinks(frame, traces) : frame));
  return [...linked.filter((_, index) => !isVolume(data[index])), ...byRefId(volume).flatMap(volumeFrames)];
}

function byRefId(frames: DataFrame[]): DataFrame[][] {
  return [...new Set(frames.map(({ refId }) => refId))].map((refId) => frames.filter((frame) => frame.refId === refId));
}
