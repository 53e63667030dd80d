/** Puts the versions given as arguments into ferry's cache, as far as they are not on this machine. For bin/setup-servers. */
import { fetchVersion, isInstalled } from "./zookeeper-source.js";

const say = (line: string): void => {
  process.stdout.write(`  ${line}\n`);
};

async function provide(version: string): Promise<boolean> {
  if (isInstalled(say, version)) return true;
  const problem = await fetchVersion(version);
  say(`ZooKeeper ${version}: ${problem ?? "fetched"}`);
  return problem === null;
}

const results = await Promise.all(process.argv.slice(2).map(provide));
if (results.includes(false)) {
  process.stderr.write(
    "ZooKeeper could not be made available.\n  Install Maven (`mvn`) and see that it reaches its repository, then run this again.\n",
  );
  process.exitCode = 1;
}
