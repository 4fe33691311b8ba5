import { lazily } from '../lazy';
import type { VariableEditorProps } from './VariableForm';

export const VariableEditor = lazily<VariableEditorProps>(async () => (await import('./VariableForm')).VariableForm);
