/** Names of nodes that are no request: a path ended there, may still go on, or began there. */
export const PATH_ENDS = { dropOff: '{drop_off}', open: '{open}', start: '{start}' } as const;
