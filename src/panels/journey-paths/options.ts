import { type PanelOptionsEditorBuilder } from '@grafana/data';

export interface PathsOptions {
  /** What a colour stands for: the request whichever step it is at, its method, or the step. */
  colorBy: 'node' | 'method' | 'step';
  /** Which numbers stand beside a name. */
  labelValue: 'both' | 'value' | 'share' | 'none';
  /** Where paths end or begin: drop-offs, sessions that may go on, starts of sessions. */
  showEnds: boolean;
  /** Links that fewer paths take are not drawn, in percent of all paths. */
  minShare: number;
  /** Least width of a step in pixels; where there is less, the drawing scrolls. */
  stepWidth: number;
  /** How the numbers have changed, where the query compares with an earlier time. */
  showEarlier: boolean;
  /** Decimals of percentages. */
  decimals: number;
}

export const defaultOptions: PathsOptions = {
  colorBy: 'node',
  labelValue: 'both',
  showEnds: true,
  minShare: 0,
  stepWidth: 120,
  showEarlier: true,
  decimals: 1,
};

/** The options of the panel, as the panel editor shows them. */
export function addOptions(builder: PanelOptionsEditorBuilder<PathsOptions>): void {
  const category = ['Paths'];
  builder
    .addRadio({
      path: 'colorBy',
      name: 'Color by',
      description: 'A request has one color at every step. The seven that most paths come through have their own.',
      category,
      defaultValue: defaultOptions.colorBy,
      settings: {
        options: [
          { value: 'node', label: 'Request' },
          { value: 'method', label: 'Method' },
          { value: 'step', label: 'Step' },
        ],
      },
    })
    .addRadio({
      path: 'labelValue',
      name: 'Numbers',
      category,
      defaultValue: defaultOptions.labelValue,
      settings: {
        options: [
          { value: 'both', label: 'Count and share' },
          { value: 'value', label: 'Count' },
          { value: 'share', label: 'Share' },
          { value: 'none', label: 'None' },
        ],
      },
    })
    .addBooleanSwitch({
      path: 'showEnds',
      name: 'Ends of paths',
      description: 'Drop-offs, sessions that may go on, and where sessions began.',
      category,
      defaultValue: defaultOptions.showEnds,
    })
    .addNumberInput({
      path: 'minShare',
      name: 'Smallest link',
      description: 'Links that a smaller share of all paths takes are not drawn. In percent.',
      category,
      defaultValue: defaultOptions.minShare,
      settings: { min: 0, max: 100, step: 0.5 },
    })
    .addNumberInput({
      path: 'stepWidth',
      name: 'Least width of a step',
      description: 'In pixels. Where the panel is narrower than its steps, it scrolls.',
      category,
      defaultValue: defaultOptions.stepWidth,
      settings: { min: 60, max: 600, integer: true },
    })
    .addBooleanSwitch({
      path: 'showEarlier',
      name: 'Earlier time',
      description: 'How much each number has changed, for queries that compare with an earlier time.',
      category,
      defaultValue: defaultOptions.showEarlier,
    })
    .addNumberInput({
      path: 'decimals',
      name: 'Decimals',
      description: 'Of percentages.',
      category,
      defaultValue: defaultOptions.decimals,
      settings: { min: 0, max: 4, integer: true },
    });
}
