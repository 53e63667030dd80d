/** A project of hosts, which cost nothing to make, and the command on it. */

import * as assert from "uvu/assert";
import { type Answer, ferry, projectOf } from "./ferry.js";

export type Project = ReturnType<typeof projectOf>;

export function host(name: string, address = "127.0.0.1", java = "java"): string {
  return `apiVersion: ferry/v1
kind: Host
metadata: { name: ${name} }
spec:
  address: ${address}
  runtime: { process: { workDir: .ferry/hosts/${name}, java: ${java} } }
`;
}

/** With the hosts a and b. */
export function hostProject(): Project {
  return projectOf({ "a.yaml": host("a"), "b.yaml": host("b") });
}

export function run(project: Project, ...args: string[]): Promise<Answer> {
  return ferry(args, { cwd: project.directory });
}

export async function applied(project: Project): Promise<void> {
  const answer = await run(project, "apply", "--auto-approve");
  assert.is(answer.code, 0, answer.stderr);
}

/** The JSON form of an answer. */
export interface Document {
  readonly formatVersion: number;
  readonly command: string;
  readonly exitCode: number;
  readonly diagnostics: readonly { readonly code: string; readonly detail?: string }[];
  readonly result: Record<string, unknown>;
}

export async function json(project: Project, ...args: string[]): Promise<Document> {
  const answer = await run(project, ...args, "--json");
  const document = JSON.parse(answer.stdout) as Document;
  assert.is(document.formatVersion, 1);
  assert.is(document.exitCode, answer.code);
  return document;
}

interface PlannedAction {
  readonly address: string;
  readonly action: string;
}

/** Address → action of a plan's JSON form. */
export function actions(plan: Record<string, unknown>): Record<string, string> {
  const changes = plan["changes"] as readonly PlannedAction[];
  return Object.fromEntries(changes.map(({ address, action }) => [address, action]));
}
