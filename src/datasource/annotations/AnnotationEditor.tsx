import { lazily } from '../lazy';
import type { AnnotationEditorProps } from './AnnotationForm';

export const AnnotationEditor = lazily<AnnotationEditorProps>(
  async () => (await import('./AnnotationForm')).AnnotationForm
);
