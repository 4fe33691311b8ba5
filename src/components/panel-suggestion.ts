import {
  type DataFrame,
  FieldConfigProperty,
  type PanelPlugin,
  type VisualizationSuggestion,
  VisualizationSuggestionScore,
} from '@grafana/data';

/** Standard options of fields that mean nothing to panels with colors of their own. */
export const WITHOUT_COLORS = [
  FieldConfigProperty.Color,
  FieldConfigProperty.Min,
  FieldConfigProperty.Max,
  FieldConfigProperty.Thresholds,
  FieldConfigProperty.Mappings,
];

/**
 * Suggests a panel, before all others, for data in which a frame is of its kind.
 *
 * @param card - Options that the small picture of the suggestion is drawn with, beside those of the panel.
 */
export function suggestFor<O extends object>(
  name: string,
  fits: (frame: DataFrame) => boolean,
  card?: Partial<O>
): Parameters<PanelPlugin<O>['setSuggestionsSupplier']>[0] {
  const cardOptions: VisualizationSuggestion<O>['cardOptions'] = card && {
    previewModifier: (suggestion) => {
      suggestion.options = { ...suggestion.options, ...card } as Partial<O>;
    },
  };
  return (summary) =>
    summary.rawFrames?.some(fits)
      ? [{ name, score: VisualizationSuggestionScore.Best, ...(cardOptions && { cardOptions }) }]
      : undefined;
}
