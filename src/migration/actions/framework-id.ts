/** Under which id Mesos knows a framework of the migration: by what it says itself, or by where it says that it is reached. Only looks. */
import type { Framework } from "../../mesos/workloads.js";
import type { FrameworkRef } from "../model/spec.js";
import { namesOf } from "./addresses.js";

/** Null: none of them is it, or several could be. */
export async function frameworkAmong(
  known: readonly Framework[],
  framework: FrameworkRef,
): Promise<Framework | null> {
  const addresses = new Set(
    (await Promise.all(framework.servers.map(({ address }) => namesOf(address)))).flat(),
  );
  const living = known.filter(({ completed }) => !completed);
  const byUrl = living.filter(({ webuiUrl }) => webuiUrl !== null && addresses.has(hostAndPort(webuiUrl)));
  const label = framework.name.slice(framework.name.lastIndexOf("/") + 1);
  const byName = living.filter(({ name }) => name === framework.name || name === label);
  return single(byUrl) ?? single(byName);
}

function single(found: readonly Framework[]): Framework | null {
  const [first, ...others] = found;
  return first !== undefined && others.length === 0 ? first : null;
}

function hostAndPort(url: string): string {
  try {
    const { hostname, port, protocol } = new URL(url);
    return `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`;
  } catch {
    return url;
  }
}
