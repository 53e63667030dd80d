/** Gets images onto the engine. Never removes one: others may use it. */
import { isObject } from "../../src/value/json.js";
import type { Engine } from "./endpoint.js";
import { statusOf } from "./mistakes.js";

/** What is told of a pull, in words; at most once for each tenth of it. */
export type PullReport = (message: string) => void;

/** Pulls `image` unless the engine has it. */
export async function needImage(
  { docker, registry }: Engine,
  image: string,
  report: PullReport,
  signal: AbortSignal,
): Promise<void> {
  try {
    await docker.getImage(image).inspect({ abortSignal: signal } as object);
    return;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
  const options = { abortSignal: signal, ...(registry === null ? {} : { authconfig: registry }) };
  const stream: NodeJS.ReadableStream = await docker.pull(image, options as object);
  const progress = new PullProgress(image, report);
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      // Errors after the beginning come in the stream, not as a status.
      (error) => (error === null || error === undefined ? resolve() : reject(error)),
      (event: unknown) => progress.take(event),
    );
  });
}

/** Adds up what an engine tells of the layers of one image. */
export class PullProgress {
  private readonly layers = new Map<string, { readonly current: number; readonly total: number }>();
  private told = -1;

  constructor(
    private readonly image: string,
    private readonly report: PullReport,
  ) {}

  /** One event of the engine's stream; of no account when it tells of no download. */
  take(event: unknown): void {
    if (!isObject(event) || typeof event["id"] !== "string" || event["status"] !== "Downloading") return;
    const { current, total } = isObject(event["progressDetail"]) ? event["progressDetail"] : {};
    if (typeof current !== "number" || typeof total !== "number" || total <= 0) return;
    this.layers.set(event["id"], { current, total });
    this.tell();
  }

  private tell(): void {
    const all = [...this.layers.values()];
    const total = all.reduce((sum, layer) => sum + layer.total, 0);
    const current = all.reduce((sum, layer) => sum + layer.current, 0);
    const tenth = Math.floor((current / total) * 10);
    // Layers turn up one by one, so the share may sink; that is not worth a line.
    if (tenth <= this.told) return;
    this.told = tenth;
    this.report(`pulling ${this.image}: ${megabytes(current)} of ${megabytes(total)} MB`);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
