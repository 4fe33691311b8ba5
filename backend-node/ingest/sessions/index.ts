export { sessionsConfigSchema, type SessionsConfig, type SessionsConfigInput } from './config';
export { SessionDeriver, type SessionState } from './deriver';
