/** Servers that are none, or misbehave: played by a socket in this process. The error says what is wrong, always. */
import { createServer, type Server, type Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../src/zookeeper/connect.js";
import { fourLetterWord } from "../../src/zookeeper/four-letter.js";
import { FrameSplitter } from "../../src/zookeeper/frames.js";
import { JuteReader } from "../../src/zookeeper/jute-reader.js";
import { JuteWriter } from "../../src/zookeeper/jute-writer.js";
import type { ZooKeeperClient } from "../../src/zookeeper/types.js";
import { isZooKeeperError, ZooKeeperError } from "../../src/zookeeper/zookeeper-error.js";

const s = suite("strange servers");

interface Played {
  readonly address: string;
  close(): void;
}

async function play(onSocket: (socket: Socket) => void): Promise<Played> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    address: `127.0.0.1:${address.port}`,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Takes every session; then `onRequest` sees each request's number, code and socket. */
function playSessions(
  onRequest: (socket: Socket, xid: number, opcode: number) => void,
  timeoutMs = 4_000,
): Promise<Played> {
  return play((socket) => {
    const splitter = new FrameSplitter();
    let greeted = false;
    socket.on("data", (chunk: Buffer) =>
      splitter.push(chunk, (frame) => {
        if (greeted) {
          const reader = new JuteReader(frame);
          return onRequest(socket, reader.int(), reader.int());
        }
        greeted = true;
        const writer = new JuteWriter();
        writer.frame(() => writer.int(0).int(timeoutMs).long(7n).buffer(Buffer.alloc(16)).boolean(false));
        socket.write(writer.take());
      }),
    );
  });
}

function reply(socket: Socket, xid: number, error: number, body: Buffer = Buffer.alloc(0)): void {
  const header = Buffer.alloc(20);
  header.writeInt32BE(16 + body.length, 0);
  header.writeInt32BE(xid, 4);
  header.writeBigInt64BE(1n, 8);
  header.writeInt32BE(error, 16);
  socket.write(Buffer.concat([header, body]));
}

async function failure(promise: Promise<unknown>): Promise<ZooKeeperError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ZooKeeperError) return error;
    throw error;
  }
  throw new Error("it was expected to fail");
}

function connectTo(played: Played): Promise<ZooKeeperClient> {
  return connect({ connectString: played.address, connectTimeoutMs: 600, sessionTimeoutMs: 4_000 });
}

async function unreachable(onSocket: (socket: Socket) => void, expected: RegExp): Promise<void> {
  const played = await play(onSocket);
  try {
    const error = await failure(connectTo(played));
    assert.is(error.code, "UNREACHABLE");
    assert.match(error.message, played.address);
    assert.match(error.message, expected);
  } finally {
    played.close();
  }
}

s("an HTTP server", () =>
  unreachable((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"), /not a ZooKeeper client port/),
);

s("one that hangs up", () =>
  unreachable((socket) => socket.destroy(), /closed the connection before it answered|ECONNRESET/),
);

s("one that sends half an answer and hangs up", () =>
  unreachable(
    (socket) => socket.end(Buffer.from("00000025", "hex")),
    /closed the connection before it answered/,
  ),
);

s("an answer that is too short", () =>
  unreachable((socket) => socket.write(Buffer.from("0000000400000000", "hex")), /goes past the frame's end/),
);

s("a port nobody listens on", async () => {
  const played = await play(() => {});
  played.close();
  const error = await failure(connectTo(played));
  assert.match(error.message, /ECONNREFUSED/);
});

s("one that never answers: the caller's signal ends the waiting", async () => {
  const played = await play(() => {});
  const stop = new AbortController();
  const waiting = connect({ connectString: played.address, connectTimeoutMs: 0, signal: stop.signal });
  setImmediate(() => stop.abort());
  assert.is((await failure(waiting)).code, "CLOSED");
  played.close();
});

s("a wrong connect string and a wrong path are refused before anything is sent", async () => {
  assert.is((await failure(connect({ connectString: "a:b" }))).code, "BAD_ARGUMENTS");
  const played = await playSessions(() => assert.unreachable("nothing may be sent"));
  const client = await connectTo(played);
  for (const path of ["a", "/a/", "/a//b"]) {
    const error = await failure(client.getData(path));
    assert.is(error.code, "BAD_ARGUMENTS");
    assert.is(error.path, path);
  }
  const ttl = { mode: "persistent-ttl" as const };
  assert.match((await failure(client.create("/a", null, ttl))).message, /needs ttlMs/);
  const bad = { op: "check", path: "x", version: 0 } as const;
  assert.is((await failure(client.multi([{ ...bad, path: "/x" }, bad]))).opIndex, 1);
  played.close();
  await client.close();
});

s("an answer out of order ends the connection, not the process", async () => {
  const played = await playSessions((socket, xid) => reply(socket, xid + 5, 0));
  const client = await connectTo(played);
  const error = await failure(client.getData("/a"));
  assert.is(error.code, "CONNECTION_LOSS");
  assert.match(error.message, /an answer to request 6 came, 1 was expected/);
  played.close();
  await client.close();
});

s("an answer that cannot be decoded ends the connection with words", async () => {
  const played = await playSessions((socket, xid) => reply(socket, xid, 0, Buffer.from("7fffffff", "hex")));
  const client = await connectTo(played);
  const error = await failure(client.getChildren("/a"));
  assert.is(error.code, "CONNECTION_LOSS");
  assert.match(error.message, /cannot be understood/);
  played.close();
  await client.close();
});

s("an error code nobody knows is UNKNOWN and names path and server", async () => {
  const played = await playSessions((socket, xid) => reply(socket, xid, -4711));
  const client = await connectTo(played);
  const error = await failure(client.setData("/some/path", null));
  assert.is(error.code, "UNKNOWN");
  assert.is(error.server, played.address);
  assert.match(error.message, /setData \/some\/path/);
  played.close();
  await client.close();
});

s("credentials refused: connect says so and does not try for ever", async () => {
  const played = await playSessions((socket, xid) => reply(socket, xid, -115));
  const auth = [{ scheme: "nonsense", credential: Buffer.from("secret-word") }];
  const error = await failure(connect({ connectString: played.address, auth }));
  assert.is(error.code, "AUTH_FAILED");
  assert.match(error.message, /scheme nonsense/);
  assert.not.match(error.message, /secret-word/);
  played.close();
});

s("a server that answers no pings is given up; what is asked then waits and fails naming it", async () => {
  const played = await playSessions(() => {}, 300);
  const client = await connectTo(played);
  const states: string[] = [];
  client.onState((state) => states.push(state));
  const error = await failure(client.getData("/a"));
  assert.is(error.code, "CONNECTION_LOSS");
  assert.match(error.message, /has not answered for \d+ ms/);
  assert.is(states[0], "disconnected");
  played.close();
  const later = await failure(client.getData("/a"));
  assert.ok(isZooKeeperError(later, "UNREACHABLE", "CONNECTION_LOSS"));
  assert.match(later.message, played.address);
  await client.close();
  assert.is(client.state, "closed");
  assert.is((await failure(client.getData("/a"))).code, "CLOSED");
});

s(
  "ten thousand requests at once are all sent and answered in order, a thousand at most on the wire",
  async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    const played = await playSessions((socket, xid, opcode) => {
      if (opcode === -11) return reply(socket, xid, 0);
      if (opcode === 11) return reply(socket, -2, 0); // a ping comes when the machine is slow, and counts as none of them
      waiting.push(() => reply(socket, xid, -101));
      most = Math.max(most, waiting.length);
      if (waiting.length > 1) return;
      setImmediate(() => {
        for (const answer of waiting.splice(0)) answer();
      });
    });
    const client = await connectTo(played);
    const asked = Array.from({ length: 10_000 }, (_, index) => client.exists(`/n-${index}`));
    assert.ok((await Promise.all(asked)).every((stat) => stat === null));
    assert.ok(most <= 1_000);
    await client.close();
    played.close();
  },
);

s("four-letter words: no answer, and a word that is not allowed", async () => {
  const silent = await play((socket) => socket.end());
  const [host = "", port = ""] = silent.address.split(":");
  const error = await failure(fourLetterWord(host, Number(port), "srvr", { timeoutMs: 500 }));
  assert.is(error.code, "UNREACHABLE");
  silent.close();
  const strict = await play((socket) =>
    socket.on("data", () => socket.end("mntr is not executed because it is not in the whitelist.\n")),
  );
  const refused = await failure(fourLetterWord("127.0.0.1", Number(strict.address.split(":")[1]), "mntr"));
  assert.is(refused.code, "NO_AUTH");
  assert.match(refused.message, /4lw.commands.whitelist/);
  strict.close();
});

s.run();
