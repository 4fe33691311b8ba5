export { liveFrames } from './live-source';
export { withLive } from './with-live';
