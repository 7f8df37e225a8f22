// Machines of students that send what they kept, each its batches one after the other. Arguments: address, file of the machines'
// tokens and batches (JSON), machines at a time. Says how long it took and what became of the events.
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

interface Machine {
  readonly token: string;
  /** Bodies, ready to be sent. */
  readonly batches: readonly string[];
}

const [url = '', file = '', atATime = ''] = process.argv.slice(2);
const machines = JSON.parse(await readFile(file, 'utf8')) as Machine[];
const agent = new Agent({ keepAlive: true });
const outcomes: Record<string, number> = {};
const tookMs: number[] = [];

function post(token: string, body: string): Promise<{ status: number; answer: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asked = request(`${url}/api/progress/batches`, { method: 'POST', agent, headers }, (answer) => void text(answer).then((said) => resolve({ status: answer.statusCode ?? 0, answer: said }), reject));
    asked.once('error', reject);
    asked.end(body);
  });
}

async function sendAll(waiting: Machine[]): Promise<void> {
  for (let machine = waiting.pop(); machine; machine = waiting.pop()) {
    for (const body of machine.batches) {
      const began = performance.now();
      const { status, answer } = await post(machine.token, body);
      tookMs.push(performance.now() - began);
      if (status !== 200) throw new Error(`A batch was answered ${status}: ${answer}`);
      for (const { outcome } of (JSON.parse(answer) as { results: { outcome: string }[] }).results) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  }
}

const waiting = [...machines];
const began = performance.now();
await Promise.all(Array.from({ length: Number(atATime) }, () => sendAll(waiting)));
const ms = performance.now() - began;
agent.destroy();
console.log(JSON.stringify({ ms, outcomes, worstMs: Math.max(...tookMs) }));
