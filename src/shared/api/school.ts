import { z } from 'zod';
import { idSchema } from './catalog.ts';

/** What teachers and admins do with people, classes and courses. */

export const roleSchema = z.enum(['student', 'teacher', 'admin']);
const nameSchema = z.string().trim().min(1).max(200);
export const emailSchema = z.string().trim().toLowerCase().max(320).regex(/^[^\s@,;<>"]+@[^\s@,;<>"]+$/, 'must be an e-mail address');
export const newPasswordSchema = z.string().min(8).max(1024);

export const personSchema = z.object({ id: idSchema, name: z.string().max(200), email: z.string().max(320), role: roleSchema, disabled: z.boolean() });
export type Person = z.infer<typeof personSchema>;

export const newPersonSchema = z.object({
  /** Left out, one is made. */
  id: idSchema.optional(),
  name: nameSchema,
  email: emailSchema,
  role: roleSchema.default('student'),
  /** Left out, nobody signs in as this person until there is one. */
  password: newPasswordSchema.optional(),
});

/** What is left out stays. A new password, or being disabled, ends every sign-in of the person. */
export const personChangeSchema = z
  .object({ name: nameSchema, email: emailSchema, role: roleSchema, password: newPasswordSchema, disabled: z.boolean() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must change something');

/** `?after=` the last id of the page before; `?email=` one person. */
export const peopleQuerySchema = z.object({ after: z.string().max(64).default(''), email: emailSchema.optional() });
export const peopleResponseSchema = z.object({ people: z.array(personSchema), more: z.boolean() });

export const enrolmentSchema = z.object({
  personId: idSchema,
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  /** Ms since the Unix epoch. */
  since: z.int(),
  /** False for one that stands only as long as a class of the person's has the course. */
  own: z.boolean(),
});
export const enrolmentsResponseSchema = z.object({ enrolments: z.array(enrolmentSchema) });
export type Enrolment = z.infer<typeof enrolmentSchema>;
export const newEnrolmentSchema = z
  .object({ personId: idSchema.optional(), email: emailSchema.optional() })
  .refine(({ personId, email }) => (personId === undefined) !== (email === undefined), 'must name a person by id or by e-mail');

/** What became of each line of a list, the header not counted as one of them. */
export const enrolmentReportSchema = z.object({
  lines: z.array(z.object({ line: z.int().positive(), email: z.string(), outcome: z.enum(['enrolled', 'already', 'created']) })),
});
export type EnrolmentReport = z.infer<typeof enrolmentReportSchema>;

export const classSchema = z.object({ id: idSchema, name: z.string().max(200) });
export const newClassSchema = z.object({ id: idSchema.optional(), name: nameSchema });
export const classChangeSchema = z.object({ name: nameSchema });
export const classesResponseSchema = z.object({ classes: z.array(classSchema) });
export const classResponseSchema = z.object({ class: classSchema, people: z.array(personSchema), courseIds: z.array(idSchema) });
export type ClassResponse = z.infer<typeof classResponseSchema>;

const titleSchema = z.string().trim().min(1).max(500);
const descriptionSchema = z.string().max(5000);
const languageSchema = z.string().min(1).max(35);

export const managedCourseSchema = z.object({
  id: idSchema,
  position: z.int(),
  title: z.string(),
  description: z.string(),
  language: z.string(),
  donePercent: z.int(),
});
export type ManagedCourse = z.infer<typeof managedCourseSchema>;
export const newCourseSchema = z.object({ id: idSchema.optional(), title: titleSchema, description: descriptionSchema.default(''), language: languageSchema.default('en') });
export const courseEditSchema = z
  .object({ title: titleSchema, description: descriptionSchema, language: languageSchema, donePercent: z.int().min(1).max(100) })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must change something');
export const managedCoursesResponseSchema = z.object({ courses: z.array(managedCourseSchema) });
/** All of them, in their new order. */
export const orderSchema = z.object({ ids: z.array(idSchema).max(10_000) });

export const attachmentSchema = z.object({ name: z.string(), mimeType: z.string(), bytes: z.int().positive() });
export const managedLessonSchema = z.object({
  id: idSchema,
  position: z.int(),
  title: z.string(),
  description: z.string(),
  durationMs: z.int(),
  revision: z.int(),
  /** What is not is hidden from students. */
  published: z.boolean(),
  attachments: z.array(attachmentSchema),
});
export type ManagedLesson = z.infer<typeof managedLessonSchema>;
export const managedCourseResponseSchema = z.object({ course: managedCourseSchema, lessons: z.array(managedLessonSchema) });
export const lessonEditSchema = z
  .object({ title: titleSchema, description: descriptionSchema, published: z.boolean() })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must change something');
/** Made of a file that was uploaded before. */
export const newAttachmentSchema = z.object({
  uploadId: z.string().min(1).max(64),
  name: z.string().regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._()-]{0,150}$/u, 'must be a plain file name'),
});

export const auditEntrySchema = z.object({ at: z.int(), actor: z.string(), action: z.string(), target: z.string(), details: z.string() });
export type AuditEntry = z.infer<typeof auditEntrySchema>;
/** `?before=` a time, ms; the latest first. */
export const auditQuerySchema = z.object({ before: z.coerce.number().int().nonnegative().optional() });
export const auditResponseSchema = z.object({ entries: z.array(auditEntrySchema) });
