/**
 * A file in parts, straight into the bucket where the platform keeps its originals. The platform is asked again and again which
 * parts are missing and where they go (POST → `{done, received, parts: [[first byte, past the last, address], …]}`); it asks the
 * bucket, so beginning, going on after days and going on elsewhere are one and the same.
 */
interface Next {
  done: boolean;
  received: number;
  parts: [number, number, string][];
}

interface Hearer {
  progress(sent: number): void;
  sent(): void;
  trouble(status: number): void;
}

const LINES = 2;
const NO_STORAGE = 502;

export const goesInParts = (address: string): boolean => /^\/uploads\/[^/]+\/parts\?/.test(address);

export class Parts {
  private ended = false;
  private received = 0;
  private readonly lines = new Map<XMLHttpRequest, number>(); // → bytes of its part that have gone out

  constructor(private readonly file: File, private readonly address: string, private readonly hear: Hearer) {}

  start(): void {
    this.run().catch(() => this.fail(0));
  }

  abort(): void {
    this.ended = true;
    for (const line of this.lines.keys()) line.abort();
  }

  private async run(): Promise<void> {
    while (!this.ended) {
      const answer = await fetch(this.address, { method: "POST" });
      if (!answer.ok) return this.fail(answer.status);
      const next = (await answer.json()) as Next;
      if (this.ended) return;
      if (next.done) return this.hear.sent();
      this.received = next.received;
      const waiting = [...next.parts];
      await Promise.all(Array.from({ length: LINES }, () => this.lane(waiting)));
    }
  }

  private async lane(waiting: Next["parts"]): Promise<void> {
    for (let part = waiting.shift(); part && !this.ended; part = waiting.shift()) {
      const [start, end, address] = part;
      const status = await this.put(this.file.slice(start, end), address);
      if (status < 200 || status > 299) return this.fail(navigator.onLine ? NO_STORAGE : 0);
      this.received += end - start;
      this.tell();
    }
  }

  private put(bytes: Blob, address: string): Promise<number> {
    return new Promise((done) => {
      const line = new XMLHttpRequest(); // fetch does not tell how much has gone out
      this.lines.set(line, 0);
      line.upload.onprogress = (event) => {
        this.lines.set(line, event.loaded);
        this.tell();
      };
      line.onloadend = () => {
        this.lines.delete(line);
        done(line.status);
      };
      line.open("PUT", address);
      line.send(bytes);
    });
  }

  private tell(): void {
    if (this.ended) return;
    this.hear.progress([...this.lines.values()].reduce((sum, bytes) => sum + bytes, this.received));
  }

  private fail(status: number): void {
    if (this.ended) return;
    this.abort();
    this.hear.trouble(status);
  }
}
