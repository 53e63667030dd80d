/** A certificate authority and certificates for TLS tests, made with openssl in a folder of the caller's. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TlsOptions } from "../../src/zookeeper/types.js";

const run = promisify(execFile);

export interface TestCertificates {
  /** PEM stores as servers take them (3.5.5+): key and certificate, and the authority. */
  readonly serverKeyStore: string;
  readonly trustStore: string;
  /** What the client presents. */
  readonly client: TlsOptions;
  /** An authority that has signed nothing here. */
  readonly strangerCa: Buffer;
}

const EC_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

async function authority(folder: string, name: string): Promise<void> {
  const out = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.pem`)];
  await run("openssl", ["req", "-x509", ...EC_KEY, "-days", "2", "-subj", `/CN=${name}`, ...out]);
}

async function certificate(folder: string, name: string, alternatives: string): Promise<void> {
  const file = (ending: string) => join(folder, `${name}.${ending}`);
  const request = ["-keyout", file("key"), "-out", file("csr"), "-subj", `/CN=${name}`];
  await run("openssl", ["req", ...EC_KEY, ...request]);
  await writeFile(file("ext"), `subjectAltName=${alternatives}\n`);
  const signing = ["-CA", join(folder, "ca.pem"), "-CAkey", join(folder, "ca.key"), "-CAcreateserial"];
  const output = ["-in", file("csr"), "-out", file("pem"), "-days", "2", "-extfile", file("ext")];
  await run("openssl", ["x509", "-req", ...signing, ...output]);
}

/** The server's certificate is for 127.0.0.1 and localhost. */
export async function makeCertificates(folder: string): Promise<TestCertificates> {
  await Promise.all([authority(folder, "ca"), authority(folder, "stranger")]);
  await certificate(folder, "server", "IP:127.0.0.1,DNS:localhost");
  await certificate(folder, "client", "DNS:client.example");
  const read = (name: string) => readFile(join(folder, name));
  const serverKeyStore = join(folder, "server-store.pem");
  await writeFile(serverKeyStore, Buffer.concat([await read("server.key"), await read("server.pem")]));
  return {
    serverKeyStore,
    trustStore: join(folder, "ca.pem"),
    client: { ca: await read("ca.pem"), cert: await read("client.pem"), key: await read("client.key") },
    strangerCa: await read("stranger.pem"),
  };
}
