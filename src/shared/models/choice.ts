import { z } from 'zod';
import { settingsSchema, type Settings } from './settings.ts';
import type { PositionStamp } from './progress.ts';

/** Settings that are the student's, whatever machine they sit at; the others belong to the machine. */
export const choiceNames = ['captions', 'captionLanguage', 'captionSize', 'soundLanguage', 'playbackRate'] as const satisfies readonly (keyof Settings)[];

/** One setting as the student chose it: whole, never a difference. */
export const choiceSchema = z
  .object({ name: z.enum(choiceNames), value: z.union([z.string().max(100), z.number(), z.boolean(), z.null()]) })
  .refine(({ name, value }) => settingsSchema.shape[name].safeParse(value).success, 'is no value of this setting');
export type Choice = z.infer<typeof choiceSchema>;

/** A choice with its place in the server's order: of two, the later one stands. */
export const stampedChoiceSchema = choiceSchema.safeExtend({
  stamp: z.object({ at: z.int(), installId: z.string(), sequence: z.int().nonnegative() }),
});
export type StampedChoice = z.infer<typeof stampedChoiceSchema>;

/** Commutative, associative, idempotent. */
export function laterChoice(a: StampedChoice, b: StampedChoice): StampedChoice {
  return compareStamps(a.stamp, b.stamp) >= 0 ? a : b;
}

/** Which of the student's own settings differ. */
export function choicesBetween(before: Settings, after: Settings): Choice[] {
  return choiceNames.filter((name) => before[name] !== after[name]).map((name) => ({ name, value: after[name] }));
}

/** Before, equal or after in the server's order. */
export function compareStamps(a: PositionStamp, b: PositionStamp): number {
  return a.at - b.at || (a.installId < b.installId ? -1 : a.installId > b.installId ? 1 : 0) || a.sequence - b.sequence;
}
