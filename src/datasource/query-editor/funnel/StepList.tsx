import React, { type ReactNode, useEffect, useRef, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import { DragDropContext, Draggable, Droppable, type DropResult, type ResponderProvided } from '@hello-pangea/dnd';

import { VisuallyHidden } from '../../../components/VisuallyHidden';
import { FunnelStepForm } from '../forms/FunnelStepForm';
import { type Step } from './steps';
import type { StepIds } from './use-step-ids';

interface StepListProps {
  steps: Step[];
  stepIds: StepIds;
  order?: 'ordered' | 'strict' | 'any';
  onChange: (steps: Step[], options?: { run?: boolean }) => void;
  /** What is known of a step, below its fields. */
  below: (index: number) => ReactNode;
  /** What stands between a step and the next. */
  between: (index: number) => ReactNode;
}

/** The steps of a funnel, which are dragged into order by their handles, with the pointer or with the keyboard. */
export function StepList({ steps, stepIds, order, onChange, below, between }: StepListProps) {
  const styles = useStyles2(getStyles);
  const list = useRef<HTMLDivElement>(null);
  const { ids, forget, move } = stepIds;
  const [said, say] = useState('');
  const [pressed, setPressed] = useState<{ id: string; by: -1 | 1 }>();

  // The button that moved a step has moved with it, and may have lost the focus on the way.
  useEffect(() => {
    const step = pressed && list.current?.querySelector(`[data-step-id="${pressed.id}"]`);
    const [wanted, other] = pressed?.by === -1 ? ['up', 'down'] : ['down', 'up'];
    const button = step?.querySelector<HTMLElement>(`[data-move="${wanted}"]:not([disabled],[aria-disabled="true"])`);
    (button ?? step?.querySelector<HTMLElement>(`[data-move="${other}"]`))?.focus();
  }, [pressed]);

  const moveTo = (from: number, to: number): string => {
    const next = [...steps];
    next.splice(to, 0, ...next.splice(from, 1));
    move(from, to);
    onChange(next);
    return `${steps[from].name} is now step ${to + 1} of ${steps.length}.`;
  };
  const onDragEnd = ({ source, destination }: DropResult, provided: ResponderProvided) => {
    const to = destination?.index;
    provided.announce(
      to === undefined || to === source.index
        ? `${steps[source.index].name} stays step ${source.index + 1}.`
        : moveTo(source.index, to)
    );
  };
  return (
    <DragDropContext
      dragHandleUsageInstructions="Press space to lift the step, the arrow keys to move it, space again to drop it, and Escape to leave it where it was."
      onDragStart={({ source }, provided) =>
        provided.announce(`${steps[source.index].name}, step ${source.index + 1} of ${steps.length}, is lifted.`)
      }
      onDragUpdate={({ source, destination }, provided) =>
        provided.announce(
          destination
            ? `${steps[source.index].name} would be step ${destination.index + 1} of ${steps.length}.`
            : `${steps[source.index].name} is outside of the steps.`
        )
      }
      onDragEnd={onDragEnd}
    >
      <div ref={list}>
        <VisuallyHidden live>{said}</VisuallyHidden>
        <Droppable droppableId="steps">
          {(drop) => (
            <div ref={drop.innerRef} {...drop.droppableProps}>
              {steps.map((step, index) => (
                <Draggable key={ids[index]} draggableId={ids[index]} index={index}>
                  {(drag, { isDragging }) => (
                    <div
                      ref={drag.innerRef}
                      {...drag.draggableProps}
                      className={styles.item}
                      data-step-id={ids[index]}
                      data-dragging={isDragging}
                    >
                      <FunnelStepForm
                        step={step}
                        index={index}
                        count={steps.length}
                        order={order}
                        handle={
                          <div
                            {...drag.dragHandleProps}
                            className={styles.handle}
                            aria-label={`Drag step ${index + 1}`}
                            title="Drag to reorder"
                          >
                            <Icon name="draggabledots" />
                          </div>
                        }
                        onChange={(next, options) =>
                          onChange(
                            steps.map((old, at) => (at === index ? next : old)),
                            options
                          )
                        }
                        onMove={(by) => {
                          setPressed({ id: ids[index], by });
                          say(moveTo(index, index + by));
                        }}
                        onRemove={() => {
                          forget(index);
                          say(`${step.name} is removed.`);
                          onChange(steps.filter((_, at) => at !== index));
                        }}
                      >
                        {below(index)}
                      </FunnelStepForm>
                      {index < steps.length - 1 && between(index)}
                    </div>
                  )}
                </Draggable>
              ))}
              {drop.placeholder}
            </div>
          )}
        </Droppable>
      </div>
    </DragDropContext>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  item: css({
    paddingBottom: theme.spacing(1),
    '&[data-dragging="true"] > [role="group"]': { boxShadow: theme.shadows.z3 },
  }),
  handle: css({
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    alignSelf: 'stretch',
    width: theme.spacing(2.5),
    flexShrink: 0,
    color: theme.colors.text.secondary,
    cursor: 'grab',
    borderRadius: theme.shape.radius.default,
    '&:hover': { color: theme.colors.text.primary, background: theme.colors.action.hover },
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}` },
  }),
});
