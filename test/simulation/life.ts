import fc from 'fast-check';
import { Machine, type Fault, type Mail } from './machine.ts';
import { cellMs, lessonMs, Oracle } from './oracle.ts';
import { School, students, timelines } from './school.ts';

type Step =
  | { readonly do: 'watch'; readonly machine: number; readonly timeline: number; readonly from: number; readonly cells: number; readonly startsOver: boolean; readonly crashAfter: number | null }
  | { readonly do: 'write' | 'choose'; readonly machine: number; readonly value: number }
  | { readonly do: 'sit down'; readonly machine: number; readonly student: number }
  | { readonly do: 'sync'; readonly machine: number; readonly fault: Fault; readonly failAfter: number; readonly crashAfter: number | null; readonly watching: number | null }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'set clock'; readonly machine: number; readonly offMs: number }
  | { readonly do: 'restart' | 'clone' | 'remember disk' | 'put disk back' | 'hand in by file'; readonly machine: number }
  | { readonly do: 'late mail' }
  | { readonly do: 'school mends' }
  | { readonly do: 'school breaks'; readonly timeline: number };

const tenYearsMs = 10 * 365 * 24 * 60 * 60 * 1000;
const maxMachines = 5;
const index = fc.nat(maxMachines - 1);
const cut = fc.option(fc.nat(25), { freq: 3 });
const faults = fc.constantFrom<Fault>('none', 'none', 'request lost', 'answer lost', 'doubled', 'late', 'portal', 'server fails', 'answer spoilt');

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      ...{ do: fc.constant('watch' as const), machine: index, timeline: fc.nat(timelines.length - 1), from: fc.nat(lessonMs / cellMs - 1) },
      ...{ cells: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 280 })), startsOver: fc.boolean(), crashAfter: cut },
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('write' as const, 'choose' as const), machine: index, value: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sit down' as const), machine: index, student: fc.nat(students.length - 1) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('sync' as const), machine: index, fault: faults, failAfter: fc.nat(12), crashAfter: cut, watching: fc.option(fc.nat(200), { freq: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(100_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set clock' as const), machine: index, offMs: fc.integer({ min: -tenYearsMs, max: tenYearsMs }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'clone' as const, 'remember disk' as const, 'put disk back' as const, 'hand in by file' as const), machine: index }),
  },
  { weight: 1, arbitrary: fc.oneof(fc.record({ do: fc.constant('late mail' as const) }), fc.record({ do: fc.constant('school mends' as const) })) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('school breaks' as const), timeline: fc.nat(timelines.length - 1) }) },
);

/** How many machines there are at first, how many students use them, and what happens. */
const life = fc.record({
  /** How wrong each one's clock is, ms. */
  machines: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -tenYearsMs, max: tenYearsMs })), { minLength: 2, maxLength: 3 }),
  students: fc.integer({ min: 1, max: students.length }),
  steps: fc.array(step, { maxLength: 24 }),
});

/**
 * Lives of machines that share students: whatever befalls them, in the end every machine and an independent oracle know the
 * same, nothing is lost and nothing is there twice.
 * @param options.endOnFailure the first life that goes wrong will do: no shorter one is looked for
 */
export async function simulate({ runs, seed, endOnFailure = false }: { runs: number; seed: number; endOnFailure?: boolean }): Promise<void> {
  await fc.assert(fc.asyncProperty(life, (one) => live(one.machines, one.students, one.steps)), { numRuns: runs, seed, endOnFailure });
}

async function live(clocks: readonly number[], studentCount: number, steps: readonly Step[]): Promise<void> {
  const school = await School.open();
  let ids = 0;
  const late: Mail[] = [];
  const surroundings = { school, late, newId: () => `id-${String((ids += 1)).padStart(6, '0')}` };
  const machines = clocks.map((offMs, at) => Object.assign(new Machine(`pc${at}`, surroundings), { clockOff: offMs }));
  // What leaves the school guessing: a clock set meanwhile, a request that comes late, a copied disk, a file dated by a wrong clock.
  const isClockOff = clocks.some((offMs) => offMs !== 0);
  const isDated = !steps.some((one) => one.do === 'set clock' || one.do === 'clone' || one.do === 'put disk back' || (one.do === 'hand in by file' && isClockOff) || (one.do === 'sync' && one.fault === 'late'));
  const disks = new Map<Machine, Buffer>();
  const oracle = new Oracle();
  const deliver = async () => {
    for (const { student, wire } of late.splice(0)) await school.take(student, wire).catch(() => null);
  };
  const watchOn = (machine: Machine, from: number) => async () => {
    school.time += 500;
    oracle.saw(machine.student, await machine.watch('t1', [from, from + 10 * cellMs], false, null));
  };
  const act = async (one: Step): Promise<void> => {
    school.time += 1_000;
    if (one.do === 'late mail') return deliver();
    if (one.do === 'school mends') return school.breakOn(null);
    if (one.do === 'school breaks') return school.breakOn(timelines[one.timeline] ?? null);
    if (one.do === 'wait') return void (school.time += one.ms);
    const machine = machines[one.machine % machines.length];
    if (!machine) return;
    switch (one.do) {
      case 'watch': {
        const from = one.from * cellMs;
        const to = Math.min(lessonMs, from + one.cells * cellMs);
        const timeline = timelines[one.timeline] ?? 't1';
        // Starting over is rare, or nothing would ever add up.
        const startsOver = one.startsOver && one.from % 7 === 0;
        oracle.saw(machine.student, await machine.watch(timeline, [from, to], startsOver, one.crashAfter));
        return;
      }
      case 'write':
        return machine.write(`${machine.student}-${one.value % 2}`, `words ${one.value} ${school.time}`);
      case 'choose':
        return machine.choose(0.5 + one.value / 4);
      case 'sit down':
        return machine.signIn(students[one.student % studentCount] ?? 'ada');
      case 'sync':
        return machine.sync(one.fault, one.failAfter, one.crashAfter, one.watching === null ? null : watchOn(machine, one.watching * cellMs));
      case 'set clock':
        return void (machine.clockOff = one.offMs);
      case 'restart':
        return machine.restart();
      case 'clone':
        if (machines.length < maxMachines) machines.push(new Machine(`pc${machines.length}`, surroundings, machine.disk()));
        return;
      case 'remember disk':
        return void disks.set(machine, machine.disk());
      case 'put disk back': {
        const disk = disks.get(machine);
        // What was never sent is gone with the disk; nobody can help that.
        if (disk && (await everythingSent(machine))) machine.putBack(disk);
        return;
      }
      case 'hand in by file':
        return handIn(school, machine);
    }
  };
  try {
    for (const one of steps) await act(one);
    school.breakOn(null);
    await deliver();
    await settle(machines, studentCount);
    const newcomer = new Machine('newcomer', surroundings);
    machines.push(newcomer);
    for (const student of students.slice(0, studentCount)) {
      const complaint = oracle.complaint(student, (await school.since(student, 0)).progress, isDated);
      if (complaint !== null) throw new Error(complaint);
      const shown: string[] = [];
      for (const machine of machines) {
        machine.signIn(student);
        await machine.sync();
        shown.push(await machine.shown());
      }
      if (new Set(shown).size > 1) throw new Error(`${student}: machines differ: ${shown.join('\n')}`);
    }
  } finally {
    for (const machine of machines) machine.close();
    await school.close();
  }
}

async function everythingSent(machine: Machine): Promise<boolean> {
  const here = machine.student;
  let waiting = 0;
  for (const student of students) {
    machine.signIn(student);
    await machine.sync();
    waiting += await machine.waiting();
  }
  machine.signIn(here);
  return waiting === 0;
}

/** A good line for everyone, as long as it takes. */
async function settle(machines: readonly Machine[], studentCount: number): Promise<void> {
  for (const machine of machines) {
    for (const student of students.slice(0, studentCount)) {
      machine.signIn(student);
      for (let round = 0; round < 8 && (round === 0 || (await machine.waiting()) > 0); round += 1) await machine.sync();
      const left = await machine.waiting();
      if (left > 0) throw new Error(`${machine.name}: ${left} events of ${student} never went`);
    }
  }
}

async function handIn(school: School, machine: Machine): Promise<void> {
  const file = JSON.parse(await machine.export()) as { install_id: string; exported_at: unknown; written_at: number; events: unknown[] };
  if (file.events.length === 0) return;
  const wire = { install_id: file.install_id, nonce: 'of-a-file', sent_at: file.exported_at, events: file.events };
  // A school in trouble takes the file another time.
  await school.takeFile(machine.student, wire, file.written_at).catch(() => null);
}
