import type { ChoiceRow, NoteRow, ProgressRow } from '../../shared/api/progress.ts';
import { laterChoice } from '../../shared/models/choice.ts';
import { laterNote } from '../../shared/models/note.ts';
import { emptyProgress, mergeProgress, type ProgressState, type SessionSnapshot } from '../../shared/models/progress.ts';
import { withoutRanges } from '../../shared/models/ranges.ts';
import type { KnownChoice, KnownNote, Timeline } from './progress-rows.ts';
import type { Saying } from './sitting.ts';

/** All that a server tells of a student. */
export interface Told {
  readonly progress: readonly ProgressRow[];
  readonly notes: readonly NoteRow[];
  readonly choices: readonly ChoiceRow[];
}

/** What to tell a server once more, and its date, ms since the Unix epoch by the server's clock. */
export interface SaidAgain {
  readonly saying: Saying;
  readonly at: number;
}

interface Known {
  readonly timelines: readonly Timeline[];
  readonly notes: readonly KnownNote[];
  readonly choices: readonly KnownChoice[];
}

/**
 * What this machine knows, from itself and from what the server told it before, and a server that came back from a backup does
 * not: the difference alone, so that a sitting is not credited with what another one watched.
 */
export function unknownToServer({ timelines, notes, choices }: Known, told: Told): SaidAgain[] {
  const states = new Map(told.progress.map((row) => [row.timelineId, row]));
  const toldNotes = new Map(told.notes.map((note) => [note.noteId, note]));
  const toldChoices = new Map(told.choices.map((choice) => [choice.name, choice]));
  return [
    ...timelines.flatMap((timeline) => watchedSince(timeline, states.get(timeline.timelineId) ?? emptyProgress)),
    ...notes.flatMap(({ note }) => {
      const there = toldNotes.get(note.noteId);
      const { stamp, ...said } = note;
      return there && laterNote(there, note) === there ? [] : [{ saying: { kind: 'noted' as const, note: said }, at: stamp.at }];
    }),
    ...choices.flatMap(({ choice }) => {
      const there = toldChoices.get(choice.name);
      const { stamp, ...said } = choice;
      return there && laterChoice(there, choice) === there ? [] : [{ saying: { kind: 'chose' as const, choice: said }, at: stamp.at }];
    }),
  ];
}

function watchedSince({ timelineId, lessonId, state }: Timeline, told: ProgressState): SaidAgain[] {
  if (state.epoch < told.epoch) return [];
  const there = state.epoch === told.epoch ? told : emptyProgress;
  const ranges = withoutRanges(state.ranges, there.ranges).map(([start, end]): [number, number] => [start, end]);
  const before = new Map(there.sessions.map(({ sessionId, watchedMs }) => [sessionId, watchedMs]));
  const sessions = state.sessions.filter(({ sessionId, watchedMs }) => watchedMs > (before.get(sessionId) ?? -1));
  const { position } = mergeProgress({ ...there, epoch: state.epoch }, state);
  const isElsewhere = position !== null && position !== there.position && position.stamp.at > (there.position?.stamp.at ?? -1);
  if (ranges.length === 0 && sessions.length === 0 && !isElsewhere && state.epoch === told.epoch) return [];
  // A lesson that was started over and not watched since has no sitting of its own.
  const [first = { sessionId: `again-${timelineId}`.slice(0, 64), watchedMs: 0 }, ...others] = sessions.length > 0 ? sessions : state.sessions;
  const common = { lessonId, timelineId, epoch: state.epoch, positionMs: position?.ms ?? 0 };
  const snapshots: SessionSnapshot[] = [{ ...common, ...first, ranges }, ...(sessions.length > 0 ? others : []).map((sitting) => ({ ...common, ...sitting, ranges: [] }))];
  return snapshots.map((snapshot) => ({ saying: { kind: 'watched', snapshot }, at: position?.stamp.at ?? 0 }));
}
