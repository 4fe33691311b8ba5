export * from './record';
export * from './filters';
export * from './metrics';
export * from './errors';
export * from './frames';
export * from './meta';
export * from './wire';
export * from './queries';
