import { expect, it } from 'vitest';
import type { Claim, Jobs } from '../../src/server/jobs/ports.ts';
import type { Job } from '../../src/shared/api/jobs.ts';

/** What every place for jobs must do. Time stands still but for `pass`; watching waits for nothing. */
export interface JobsAtHand {
  readonly jobs: Jobs;
  pass(ms: number): void | Promise<void>;
}

const leaseMs = 10_000;

export function describeJobs(open: () => Promise<JobsAtHand>): void {
  const claimed = async (jobs: Jobs): Promise<Claim> => {
    const claim = await jobs.claim(['bake'], leaseMs);
    if (!claim) throw new Error('There was nothing to claim');
    return claim;
  };

  it('jobs are handed out oldest first, each once, with what they were given', async () => {
    const { jobs, pass } = await open();
    const first = await jobs.enqueue('bake', { loaf: 1 });
    await pass(1);
    await jobs.enqueue('bake', { loaf: 2 });
    await jobs.enqueue('wash', {});
    const oldest = await claimed(jobs);
    expect(oldest).toMatchObject({ id: first, payload: { loaf: 1 } });
    expect([await jobs.payloadOf(first), await jobs.payloadOf('nothing')]).toEqual([{ loaf: 1 }, null]);
    expect((await claimed(jobs)).payload).toEqual({ loaf: 2 });
    expect(await jobs.claim(['bake'], leaseMs)).toBeNull();
  });

  it('of workers that ask at the same moment each gets another job, and the rest none', async () => {
    const { jobs } = await open();
    const ids = await Promise.all([1, 2, 3].map((loaf) => jobs.enqueue('bake', { loaf })));
    const claims = await Promise.all(Array.from({ length: 6 }, () => jobs.claim(['bake'], leaseMs)));
    expect(claims.flatMap((claim) => claim?.id ?? []).toSorted()).toEqual(ids.toSorted());
  });

  it('a worker that goes silent loses its job to another, and can harm it no more', async () => {
    const { jobs, pass } = await open();
    const id = await jobs.enqueue('bake', {});
    const silent = await claimed(jobs);
    await pass(leaseMs * 0.6);
    expect(await jobs.heartbeat(silent, leaseMs)).toBe(true);
    await pass(leaseMs * 0.6);
    expect(await jobs.claim(['bake'], leaseMs)).toBeNull();
    await pass(leaseMs * 0.6);
    const next = await claimed(jobs);
    expect(next.id).toBe(id);
    const late = [jobs.heartbeat(silent, leaseMs), jobs.progress(silent, 0.9), jobs.complete(silent), jobs.fail(silent, 'no')];
    expect(await Promise.all(late)).toEqual([false, false, false, false]);
    expect(await jobs.complete(next)).toBe(true);
    expect(await jobs.find(id)).toMatchObject({ state: 'done', progress: 1 });
  });

  it('a job that takes every worker with it ends as failed', async () => {
    const { jobs, pass } = await open();
    const id = await jobs.enqueue('bake', {});
    for (let attempt = 0; attempt < 10 && (await jobs.claim(['bake'], leaseMs)); attempt += 1) await pass(leaseMs + 1);
    expect(await jobs.find(id)).toMatchObject({ state: 'failed', error: expect.stringContaining('went silent') as string });
  });

  it('a cancelled job is taken from its worker and given to none, until it is retried', async () => {
    const { jobs } = await open();
    const id = await jobs.enqueue('bake', {});
    const claim = await claimed(jobs);
    expect(await jobs.cancel(id)).toBe(true);
    expect(await jobs.heartbeat(claim, leaseMs)).toBe(false);
    expect(await jobs.complete(claim)).toBe(false);
    expect(await jobs.claim(['bake'], leaseMs)).toBeNull();
    expect(await jobs.cancel(id)).toBe(false);
    expect(await jobs.retry(id)).toBe(true);
    expect((await claimed(jobs)).id).toBe(id);
    expect(await jobs.retry(id)).toBe(false);
  });

  it('a failed job says why, and forgets it when retried', async () => {
    const { jobs } = await open();
    const id = await jobs.enqueue('bake', {});
    await jobs.fail(await claimed(jobs), 'The oven is cold.');
    expect(await jobs.find(id)).toMatchObject({ state: 'failed', error: 'The oven is cold.' });
    await jobs.retry(id);
    expect(await jobs.find(id)).toMatchObject({ state: 'queued', error: null, progress: 0 });
  });

  it('a job says what it waits for until it goes on, ends, or is given to another worker', async () => {
    const { jobs, pass } = await open();
    const id = await jobs.enqueue('bake', {});
    const first = await claimed(jobs);
    await jobs.progress(first, 0.5, 'storage');
    expect(await jobs.find(id)).toMatchObject({ state: 'running', progress: 0.5, waitingFor: 'storage' });
    await jobs.progress(first, 0.5);
    expect((await jobs.find(id))?.waitingFor).toBeNull();
    await jobs.progress(first, 0.5, 'storage');
    await pass(leaseMs + 1);
    const second = await claimed(jobs);
    expect((await jobs.find(id))?.waitingFor).toBeNull();
    await jobs.progress(second, 0.5, 'storage');
    await jobs.cancel(id);
    expect((await jobs.find(id))?.waitingFor).toBeNull();
    await jobs.retry(id);
    const third = await claimed(jobs);
    await jobs.progress(third, 0.5, 'storage');
    await jobs.complete(third);
    expect(await jobs.find(id)).toMatchObject({ state: 'done', waitingFor: null });
  });

  it('whoever watches sees each change, and the end', async () => {
    const { jobs } = await open();
    const id = await jobs.enqueue('bake', {});
    const steps = [async () => void (await jobs.progress(await claimed(jobs), 0.5)), async () => void (await jobs.cancel(id))];
    const seen: Job[] = [];
    for await (const job of jobs.watch(id, new AbortController().signal)) {
      seen.push(job);
      await steps.shift()?.();
    }
    expect(seen.map(({ state, progress }) => [state, progress])).toEqual([['queued', 0], ['running', 0.5], ['cancelled', 0.5]]);
    for await (const job of jobs.watch('nothing', new AbortController().signal)) expect.unreachable(job.id);
  });
}
