// Clients who each ask so many times a second, whatever became of the question before. Arguments: address, file of what is asked
// ("path<TAB>header<TAB>value", a line a client), questions a second of each, seconds. Says how long answers took from the moment
// they were due to be asked for.
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const [url = '', asks = '', each = '', seconds = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const tookMs: number[] = [];

function ask(line: string): Promise<void> {
  const [path = '', name = '', value = ''] = line.split('\t');
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { agent, headers: { [name]: value } }, (answer) => {
      answer.resume().once('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`${path} was answered ${answer.statusCode}`))));
    });
    asked.once('error', reject).end();
  });
}

const began = performance.now();
await Promise.all(
  (await readFile(asks, 'utf8')).trim().split('\n').map(async (line, client, all) => {
    const answers: Promise<void>[] = [];
    for (let question = 0; question < Number(each) * Number(seconds); question += 1) {
      const due = began + ((question + client / all.length) * 1000) / Number(each);
      await sleep(Math.max(0, due - performance.now()));
      answers.push(ask(line).then(() => void tookMs.push(performance.now() - due)));
    }
    await Promise.all(answers);
  }),
);
agent.destroy();
const sorted = tookMs.toSorted((a, b) => a - b);
console.log(JSON.stringify({ asked: sorted.length, medianMs: sorted[sorted.length >> 1], p99Ms: sorted[Math.floor(sorted.length * 0.99)] }));
