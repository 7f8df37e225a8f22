/** Ways of keeping progress that the field has tried, each as a change of our own source: the simulation must tell every one of them. */
export interface Mutant {
  readonly name: string;
  /** From the repository's root. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const model = 'src/shared/models/progress.ts';

export const mutants: readonly Mutant[] = [
  {
    name: 'deltas instead of snapshots',
    file: model,
    find: 'longest.set(sessionId, Math.max(longest.get(sessionId) ?? 0, watchedMs));',
    replace: 'longest.set(sessionId, (longest.get(sessionId) ?? 0) + watchedMs);',
  },
  {
    name: 'short ranges dropped',
    file: 'src/shared/models/ranges.ts',
    find: 'else merged.push([start, end]);',
    replace: 'else if (end - start >= 500) merged.push([start, end]);',
  },
  { name: 'the last writer’s ranges win', file: model, find: 'ranges: unionRanges(a.ranges, b.ranges),', replace: 'ranges: b.ranges,' },
  { name: 'the lower epoch wins', file: model, find: 'a.epoch > b.epoch ? a : b', replace: 'a.epoch < b.epoch ? a : b' },
  { name: 'done forgotten', file: model, find: 'done: merged.done || isDone(merged.ranges, extent)', replace: 'done: merged.done' },
  { name: 'what is in flight is taken for sent', file: 'src/core/progress/verdict.ts', find: '    again.push(event);\n        break;\n      case \'auth\'', replace: '    acknowledged.push(event);\n        break;\n      case \'auth\'' },
  { name: 'one word settles a whole sitting', file: 'src/core/progress/server-writes.ts', find: 'AND sequence <= @sequence', replace: 'AND @sequence > 0' },
  { name: 'the earlier place wins', file: model, find: 'comparePositions(a, b) >= 0 ? a : b', replace: 'comparePositions(a, b) <= 0 ? a : b' },
  { name: 'places ordered by arrival', file: 'src/server/services/progress-intake.ts', find: 'at: dateOfEvent(event.recordedAt, sentAt, sentDate)', replace: 'at: sentDate' },
  { name: 'the machine’s clock believed', file: 'src/server/services/progress-intake.ts', find: 'at: dateOfEvent(event.recordedAt, sentAt, sentDate)', replace: 'at: event.recordedAt.wallMs' },
  { name: 'a copied disk not noticed', file: 'src/server/services/progress-intake.ts', find: "return outcomeOf(event, 'fork', 'another event has this sequence');", replace: "return outcomeOf(event, 'duplicate');" },
  { name: 'an answer to another question believed', file: 'src/core/progress/sender.ts', find: 'if (answer.nonce !== nonce)', replace: 'if (answer.nonce === "")' },
];
