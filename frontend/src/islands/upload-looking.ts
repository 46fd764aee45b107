/** A look at files before a byte is sent: read in a worker, judged by the platform in its own words from the few hundred bytes of facts. */
import type { Facts } from "../precheck/source.ts";
import { ask } from "../page.ts";
import type { Finding } from "./upload-rows.ts";

const TOGETHER = 25;
const PATIENCE = 20_000; // a disk that has gone to sleep, a file on a slow network drive

interface Read {
  number: number;
  facts: Facts | null;
  mark: string;
  read: number;
  took: number;
}

/** `stop`: why sending makes no sense at all. Without `findings` nothing is known yet and the server will say. `repair`: what the platform mends after sending. */
interface Said {
  stop: string;
  findings: Finding[];
  repair: string;
}

export interface Look extends Said {
  mark: string;
}

interface Asked {
  name: string;
  size: number;
  mark: string;
  facts: Facts | null;
  answer: (said: Said) => void;
}

const NOTHING = { stop: "", findings: [], repair: "" };

export class Looking {
  private worker: Worker | null | undefined;
  private number = 0;
  private readonly waiting = new Map<number, (read: Read) => void>();
  private asked: Asked[] = [];
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly url: string) {}

  async at(file: File): Promise<Look> {
    const { facts, mark } = await this.read(file);
    const said = await new Promise<Said>((answer) => {
      this.asked.push({ name: file.name, size: file.size, mark, facts, answer });
      if (this.asked.length === 1) this.turn = this.turn.then(() => new Promise((go) => setTimeout(go, 80))).then(() => this.ask());
    });
    return { mark, ...said };
  }

  private read(file: File): Promise<Read> {
    const number = (this.number += 1);
    const nothing = { number, facts: null, mark: "", read: 0, took: 0 };
    const worker = this.started();
    if (!worker) return Promise.resolve(nothing);
    return new Promise((done) => {
      this.waiting.set(number, done);
      worker.postMessage({ number, file });
      setTimeout(() => this.waiting.delete(number) && done(nothing), PATIENCE + 1000 * this.waiting.size);
    });
  }

  private started(): Worker | null {
    if (this.worker === undefined) {
      try {
        this.worker = new Worker(new URL("../precheck/worker.ts", import.meta.url), { type: "module" });
        this.worker.onmessage = (event: MessageEvent<Read>) => {
          this.waiting.get(event.data.number)?.(event.data);
          this.waiting.delete(event.data.number);
        };
        this.worker.onerror = () => {
          this.worker = null;
          for (const [number, done] of this.waiting) done({ number, facts: null, mark: "", read: 0, took: 0 });
          this.waiting.clear();
        };
      } catch {
        this.worker = null;
      }
    }
    return this.worker;
  }

  /** What cannot be asked now is not held back: the platform judges whatever arrives. */
  private async ask(): Promise<void> {
    const together = this.asked.splice(0, TOGETHER);
    if (this.asked.length) this.turn = this.turn.then(() => this.ask());
    const body = JSON.stringify({ files: together.map(({ name, size, mark, facts }) => ({ name, size, mark, facts })) });
    const answer = await ask(this.url, { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    const said = answer?.ok ? ((await answer.json().catch(() => ({}))) as { files?: Said[] }) : {};
    together.forEach((one, place) => one.answer(said.files?.[place] ?? NOTHING));
  }
}
