/** /v2/events: Marathon's events as server-sent events (facts 1.9). Cuts a client that does not keep up. */
import { plainRefusal } from "../definition/refusal.js";
import type { MarathonEvent } from "../engine/events.js";
import type { ApiContext } from "./context.js";
import { jsonText } from "./json-text.js";
import type { Answer, BodyStream, HttpRequest } from "./message.js";

const KEEP_ALIVE_MS = 10_000;

export function eventStream(request: HttpRequest, context: ApiContext): Answer {
  if (request.headers.get("accept")?.includes("text/event-stream") !== true) {
    throw plainRefusal(405, "Method Not Allowed");
  }
  const types = new Set(request.query.getAll("event_type"));
  const headers = { "Content-Type": "text/event-stream;charset=utf-8", Connection: "keep-alive" };
  return {
    status: 200,
    headers,
    body: "",
    stream: (stream) => attach(stream, request.remote, types, context),
  };
}

function attach(
  stream: BodyStream,
  remoteAddress: string,
  types: ReadonlySet<string>,
  context: ApiContext,
): void {
  const { engine, node, streams } = context;
  let outstanding = 0;
  const send = (event: MarathonEvent) => {
    if (types.size > 0 && !types.has(event.type)) return;
    const kept = stream.write(`event: ${event.type}\r\ndata: ${jsonText(event.data, "plain")}\r\n\r\n`);
    outstanding = kept ? 0 : outstanding + 1;
    if (outstanding > node.maxOutstandingEvents) stream.end();
  };
  stream.onDrain(() => {
    outstanding = 0;
  });
  streams.open += 1;
  const stopListening = engine.events.listen(send);
  engine.events.publish("event_stream_attached", { remoteAddress });
  const keepAlive = setInterval(() => stream.write("\r\n"), KEEP_ALIVE_MS);
  stream.onClose(() => {
    clearInterval(keepAlive);
    stopListening();
    streams.open -= 1;
    engine.events.publish("event_stream_detached", { remoteAddress });
  });
}
