import { z } from 'zod';

import { ApitrailError } from './errors';
import { issueError } from './parsing/issues';
import { shown } from './parsing/path';
import { lineField, textField, timeField } from './text-fields';

/** Kinds of annotations: a new version of a service, something that happened, something that went wrong. */
export const ANNOTATION_KINDS = ['deploy', 'event', 'incident'] as const;
export type AnnotationKind = (typeof ANNOTATION_KINDS)[number];

/** Most annotations one request may post. */
export const MAX_POSTED_ANNOTATIONS = 1000;

/** A name that may be left out; null and blank are the same as none. */
const nameField = lineField(256)
  .nullable()
  .transform((name) => name || undefined)
  .optional();

const ID = /^[\w.:@+-]{1,128}$/;

/** An annotation as it is posted to `POST /api/annotations`. */
export const annotationSchema = z
  .strictObject({
    /** Which annotation it is: posting the id again replaces it. One is made up when there is none. */
    id: z.string().regex(ID, { error: 'must be 1 to 128 letters, digits or . _ : @ + -' }).optional(),
    kind: z.enum(ANNOTATION_KINDS).default('event'),
    /** When it happened or began; when it was received, where there is none. */
    time: timeField.optional(),
    /** When it ended; a point in time where there is none. */
    timeEnd: timeField.optional(),
    /** One line. */
    title: lineField(500).refine((text) => text !== '', { error: 'must not be empty' }),
    /** More words; links in it can be followed. */
    text: textField(10_000).default(''),
    tags: z
      .array(
        lineField(100)
          .refine((tag) => tag !== '', { error: 'must not be empty' })
          .refine((tag) => !tag.includes(','), { error: 'must have no comma' })
      )
      .max(20)
      .default([]),
    /** What it is about; everything, where there is none. */
    service: nameField,
    environment: nameField,
    /** Of a deploy: the version. The same deploy seen in the requests is not shown a second time. */
    service_version: nameField,
  })
  .refine(({ time, timeEnd }) => time === undefined || timeEnd === undefined || timeEnd >= time, {
    path: ['timeEnd'],
    error: 'must not lie before time',
  });

/** An annotation that was posted, with its defaults filled in. Times are epoch milliseconds. */
export type PostedAnnotation = z.output<typeof annotationSchema>;
export type PostedAnnotationInput = z.input<typeof annotationSchema>;

const listSchema = z.array(annotationSchema).min(1).max(MAX_POSTED_ANNOTATIONS);

/**
 * Reads what was posted: one annotation or a list of them. Throws an ApitrailError that names the place and the field, such
 * as `[3].title`.
 */
export function parseAnnotations(input: unknown): PostedAnnotation[] {
  if (input === null || typeof input !== 'object') {
    throw new ApitrailError(
      'APITRAIL_BAD_REQUEST',
      `An annotation must be a JSON object such as {"title":"Sale begins"}, or a list of them, not ${shown(input)}.`
    );
  }
  const schema: z.ZodType<PostedAnnotation | PostedAnnotation[]> = Array.isArray(input) ? listSchema : annotationSchema;
  const result = schema.safeParse(input);
  if (!result.success) {
    throw issueError(result.error.issues[0]!, { input, subject: 'The annotation', schema });
  }
  return Array.isArray(result.data) ? result.data : [result.data];
}
