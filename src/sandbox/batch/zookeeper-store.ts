/** The jobs and the framework id in ZooKeeper, one znode each below `<path>/state`. Trusts the session that it is given. */
import type { Json } from "../../value/json.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { type Job, jobJson, storedJob } from "./job.js";
import type { BatchStore } from "./scheduler.js";

const JOB = "J_";

export class ZooKeeperBatchStore implements BatchStore {
  /** @param root `<path>/state` */
  constructor(
    private readonly client: ZooKeeperClient,
    private readonly root: string,
  ) {}

  /** Rejects with an Error when one cannot be read as a job. */
  async jobs(): Promise<Job[]> {
    const names = await this.client.getChildren(this.root).catch((error: unknown) => {
      if (isZooKeeperError(error, "NO_NODE")) return { children: [] };
      throw error;
    });
    const jobs = names.children.filter((name) => name.startsWith(JOB)).sort();
    return Promise.all(jobs.map((name) => this.job(`${this.root}/${name}`)));
  }

  /** Null before the first registration. */
  async frameworkId(): Promise<string | null> {
    try {
      return (await this.client.getData(`${this.root}/frameworkId`)).data?.toString("utf8") ?? null;
    } catch (error) {
      if (isZooKeeperError(error, "NO_NODE")) return null;
      throw error;
    }
  }

  putJob(job: Job): Promise<void> {
    return this.write(`${this.root}/${JOB}${job.name}`, JSON.stringify(jobJson(job)));
  }

  async removeJob(name: string): Promise<void> {
    try {
      await this.client.delete(`${this.root}/${JOB}${name}`);
    } catch (error) {
      if (!isZooKeeperError(error, "NO_NODE")) throw error;
    }
  }

  putFrameworkId(id: string): Promise<void> {
    return this.write(`${this.root}/frameworkId`, id);
  }

  private async job(path: string): Promise<Job> {
    const text = (await this.client.getData(path)).data?.toString("utf8") ?? "";
    const job = storedJob(JSON.parse(text) as Json);
    if (typeof job === "string") throw new Error(`the stored ${path} is no job: ${job}`);
    return job;
  }

  private async write(path: string, text: string): Promise<void> {
    const data = Buffer.from(text);
    try {
      await this.client.setData(path, data);
    } catch (error) {
      if (!isZooKeeperError(error, "NO_NODE")) throw error;
      await this.client.createParents(path);
      await this.client.create(path, data);
    }
  }
}
