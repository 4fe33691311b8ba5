import { standardEditorsRegistry, standardFieldConfigEditorRegistry } from '@grafana/data';

const EDITORS = [
  'text',
  'number',
  'slider',
  'boolean',
  'select',
  'multi-select',
  'radio',
  'color',
  'unit',
  'links',
  'stats-picker',
  'timezone',
  'strings',
  'thresholds',
  'mappings',
  'field-name',
  'dashboard-uid',
  'fieldColor',
];

/**
 * Panels name the editors of their options when they are loaded. The playground draws panels with the options of its
 * views and has no pane to edit them in, so the editors are only names here.
 */
export function registerOptionEditors(): void {
  standardEditorsRegistry.setInit(() => EDITORS.map((id) => ({ id, name: id, editor: () => null })));
  standardFieldConfigEditorRegistry.setInit(() => []);
}
