import { lazily } from '../lazy';
import type { ConfigEditorProps } from './ConfigEditor';

export const ConfigEditor = lazily<ConfigEditorProps>(async () => (await import('./ConfigEditor')).ConfigEditor);
