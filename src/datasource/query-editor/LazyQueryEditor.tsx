import { lazily } from '../lazy';
import type { QueryEditorProps } from './QueryEditor';

export const QueryEditor = lazily<QueryEditorProps>(async () => (await import('./QueryEditor')).QueryEditor);
