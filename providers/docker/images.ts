/** Gets images onto the engine. Never removes one: others may use it. */
import type { Engine } from "./endpoint.js";
import { statusOf } from "./mistakes.js";

/** Pulls `image` unless the engine has it. */
export async function needImage(
  { docker, registry }: Engine,
  image: string,
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
  await new Promise<void>((resolve, reject) => {
    // Errors after the beginning come in the stream, not as a status.
    docker.modem.followProgress(stream, (error) =>
      error === null || error === undefined ? resolve() : reject(error),
    );
  });
}
