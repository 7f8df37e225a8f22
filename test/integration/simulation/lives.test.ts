import { expect, it, onTestFinished } from 'vitest';
import { simulate } from '../../simulation/life.ts';
import { Machine } from '../../simulation/machine.ts';
import { School } from '../../simulation/school.ts';

const minute = 60_000;

it(
  'machines that share students, whatever befalls them, know in the end what an independent oracle knows: nothing lost, nothing doubled',
  async () => {
    await expect(simulate({ runs: 2_000, seed: 20_251 })).resolves.toBeUndefined();
  },
  6 * minute,
);

it('a place whose answer was spoilt on its way is not dated anew when the clock is set back and it is sent again', async () => {
  const school = await School.open();
  let ids = 0;
  const surroundings = { school, late: [], newId: () => `id-${String((ids += 1)).padStart(6, '0')}` };
  const [here, elsewhere] = [new Machine('here', surroundings), new Machine('elsewhere', surroundings)];
  onTestFinished(async () => {
    for (const machine of [here, elsewhere]) machine.close();
    await school.close();
  });
  await here.watch('t1', [0, 5000], false, null);
  school.time += 5000;
  await elsewhere.watch('t1', [0, 20_000], false, null);
  await elsewhere.sync();
  school.time += 1000;
  await here.sync('answer spoilt');
  expect(await here.waiting()).toBe(1);
  here.clockOff = -24 * 60 * minute;
  here.restart();
  await here.sync();
  expect(await here.waiting()).toBe(0);
  await elsewhere.sync();
  expect(JSON.parse(await here.shown())).toMatchObject({ lessons: [{ positionMs: 20_000 }] });
  expect(await here.shown()).toBe(await elsewhere.shown());
});
