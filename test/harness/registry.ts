/**
 * A registry of images on 127.0.0.1 that serves one image to those who know the password; as much of it as an engine asks
 * for. Source: OCI distribution specification, "Pull"; Docker image manifest v2, schema 2.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

export interface TestRegistry {
  /** `127.0.0.1:port`; engines need no TLS for that address. */
  readonly server: string;
  /** Requests without the right credentials so far. */
  refused(): number;
  close(): Promise<void>;
}

interface Blob {
  readonly type: string;
  readonly content: Buffer;
}

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const CONFIGURATION = "application/vnd.docker.container.image.v1+json";
const LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";

function digest(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** `archive`: the image's only layer, a tar. */
export async function startRegistry(
  repository: string,
  archive: Buffer,
  credentials: { readonly username: string; readonly password: string },
): Promise<TestRegistry> {
  const answers = image(repository, archive);
  const wanted = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
  let refused = 0;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== wanted) {
      refused += 1;
      response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
      return;
    }
    answer(answers, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server: `127.0.0.1:${port}`,
    refused: () => refused,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** By path: everything the registry has. */
function image(repository: string, archive: Buffer): ReadonlyMap<string, Blob> {
  const layer = gzipSync(archive);
  const rootfs = { type: "layers", diff_ids: [digest(archive)] };
  const configuration = Buffer.from(
    JSON.stringify({ architecture: "amd64", os: "linux", config: {}, rootfs, history: [] }),
  );
  const part = (mediaType: string, content: Buffer) => ({
    mediaType,
    size: content.length,
    digest: digest(content),
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: part(CONFIGURATION, configuration),
      layers: [part(LAYER, layer)],
    }),
  );
  const base = `/v2/${repository}`;
  return new Map([
    ["/v2/", { type: "application/json", content: Buffer.from("{}") }],
    [`${base}/manifests/1`, { type: MANIFEST, content: manifest }],
    [`${base}/manifests/${digest(manifest)}`, { type: MANIFEST, content: manifest }],
    [`${base}/blobs/${digest(configuration)}`, { type: CONFIGURATION, content: configuration }],
    [`${base}/blobs/${digest(layer)}`, { type: LAYER, content: layer }],
  ]);
}

function answer(
  answers: ReadonlyMap<string, Blob>,
  { url = "", method }: IncomingMessage,
  response: ServerResponse,
): void {
  const found = answers.get(url);
  if (found === undefined) {
    response.writeHead(404, { "content-type": "application/json" });
    response.end(JSON.stringify({ errors: [{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }] }));
    return;
  }
  response.writeHead(200, {
    "content-type": found.type,
    "content-length": found.content.length,
    "docker-content-digest": digest(found.content),
  });
  response.end(method === "HEAD" ? undefined : found.content);
}
