/** Looks at files beside the page, so that the page never waits: a file in, its facts and its mark out. */
import { factsOf, markOf } from "./facts.ts";
import { Source } from "./source.ts";

self.onmessage = async (event: MessageEvent<{ number: number; file: File }>) => {
  const { number, file } = event.data;
  const began = performance.now();
  const source = new Source(file);
  const facts = await factsOf(source).catch(() => null); // a file that cannot be read here is the server's to judge
  const mark = await markOf(source).catch(() => "");
  self.postMessage({ number, facts, mark, read: source.read, took: Math.round(performance.now() - began) });
};
